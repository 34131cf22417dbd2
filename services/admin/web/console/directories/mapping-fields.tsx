import { useId, type ReactNode } from 'react';
import { Button } from '../../ui/button.js';
import { Field } from '../../ui/field.js';
import { Section } from '../panel.js';
import type { Group, Mapping } from '../shapes.js';
import styles from './mapping.module.css';

export type Rules = Pick<Mapping, 'attributes' | 'roles'>;

interface Props {
  readonly rules: Rules;
  /** Some of the directory's groups, to choose from. */
  readonly groups: readonly Group[];
  readonly mayChange: boolean;
  /** What is wrong with a field such as `attributes.0.from`. */
  readonly errorOf: (field: string) => string | undefined;
  readonly onChange: (rules: Rules) => void;
}

export function MappingFields(props: Props) {
  return (
    <fieldset className={styles.rules} disabled={!props.mayChange}>
      <AttributeRules {...props} />
      <RoleRules {...props} />
    </fieldset>
  );
}

function AttributeRules({ rules, errorOf, onChange }: Props) {
  const { attributes } = rules;
  const change = (next: Rules['attributes']): void => onChange({ ...rules, attributes: next });
  return (
    <Section
      title="Fields of user data"
      action={<Button onClick={() => change([...attributes, { to: 'custom.', from: '' }])}>Add a field</Button>}
    >
      {attributes.length === 0 && <p className={styles.none}>Every field has its usual source.</p>}
      {attributes.map(({ to, from }, index) => (
        <Rule key={index} name={`field ${index + 1}`} onRemove={() => change(attributes.toSpliced(index, 1))}>
          <Field
            label="Field"
            isMono
            value={to}
            placeholder="custom.costCenter"
            error={errorOf(`attributes.${index}.to`)}
            onChange={(event) => change(attributes.with(index, { to: event.target.value, from }))}
          />
          <Field
            label="comes from (SCIM path)"
            isMono
            value={from}
            placeholder="urn:…:enterprise:2.0:User:costCenter"
            error={errorOf(`attributes.${index}.from`) ?? errorOf(`attributes.${index}`)}
            onChange={(event) => change(attributes.with(index, { to, from: event.target.value }))}
          />
        </Rule>
      ))}
    </Section>
  );
}

function RoleRules({ rules, groups, errorOf, onChange }: Props) {
  const { roles } = rules;
  const groupsId = useId();
  const change = (next: Rules['roles']): void => onChange({ ...rules, roles: next });
  return (
    <Section
      title="Roles by group"
      action={<Button onClick={() => change([...roles, { groupId: '', role: '' }])}>Add a role</Button>}
    >
      {roles.length === 0 && <p className={styles.none}>No group gives a role.</p>}
      <datalist id={groupsId}>
        {groups.map(({ id, displayName }) => (
          <option key={id} value={id} label={displayName} />
        ))}
      </datalist>
      {roles.map(({ groupId, role }, index) => (
        <Rule key={index} name={`role ${index + 1}`} onRemove={() => change(roles.toSpliced(index, 1))}>
          <Field
            label="Members of the group"
            isMono
            list={groupsId}
            value={groupId}
            placeholder="Id of a group"
            hint={groups.find(({ id }) => id === groupId)?.displayName}
            error={errorOf(`roles.${index}.groupId`) ?? errorOf(`roles.${index}`)}
            onChange={(event) => change(roles.with(index, { groupId: event.target.value, role }))}
          />
          <Field
            label="get the role"
            value={role}
            placeholder="admin"
            error={errorOf(`roles.${index}.role`)}
            onChange={(event) => change(roles.with(index, { groupId, role: event.target.value }))}
          />
        </Rule>
      ))}
    </Section>
  );
}

interface RuleProps {
  readonly name: string;
  readonly onRemove: () => void;
  readonly children: ReactNode;
}

function Rule({ name, onRemove, children }: RuleProps) {
  return (
    <div className={styles.rule} role="group" aria-label={name}>
      {children}
      <Button kind="quiet" aria-label={`Remove ${name}`} onClick={onRemove}>
        ×
      </Button>
    </div>
  );
}
