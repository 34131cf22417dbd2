import { useState, type ChangeEvent } from 'react';
import { api, errorAt, type ApiProblem } from '../../api.js';
import { Button } from '../../ui/button.js';
import { TextArea } from '../../ui/field.js';
import { Failed } from '../../ui/notice.js';
import { useAction } from '../../use-action.js';
import { Section } from '../panel.js';
import { useMayChange } from '../session.js';
import type { Directory } from '../shapes.js';
import { submitting } from '../submitting.js';
import styles from './directories.module.css';

interface Props {
  readonly directory: Directory;
  readonly onSaved: () => void;
}

/** Who may send SCIM requests besides having a token: from where, and with which certificate. */
export function Senders({ directory, onSaved }: Props) {
  const mayChange = useMayChange();
  const [ranges, setRanges] = useState(directory.allowedCidrs.join('\n'));
  const [thumbprints, setThumbprints] = useState(directory.clientCertificates.join('\n'));
  const { run, isBusy, problem } = useAction(async () => {
    const body = { allowedCidrs: lines(ranges), clientCertificates: lines(thumbprints) };
    const saved = await api<Directory>(`/v1/directories/${directory.id}`, { method: 'PATCH', body });
    // As they are kept: a thumbprint may be written in several ways.
    setThumbprints(saved.clientCertificates.join('\n'));
    onSaved();
  });
  const list = (field: string, value: string, set: (value: string) => void) => ({
    value,
    rows: 3,
    isMono: true,
    disabled: !mayChange,
    error: errorIn(problem, field, value),
    onChange: (event: ChangeEvent<HTMLTextAreaElement>) => set(event.target.value),
  });
  return (
    <Section title="Who may send">
      <form className="stack" onSubmit={submitting(run)} noValidate>
        <p>Whoever sends SCIM requests needs a token. They can be held to more than that:</p>
        <TextArea
          label="Address ranges"
          hint="One in each line, such as 203.0.113.0/24. None: from anywhere."
          {...list('allowedCidrs', ranges, setRanges)}
        />
        <TextArea
          label="Client certificates"
          hint="SHA-256 thumbprints, one in each line, of which one has to be presented to the gateway. None: no certificate is asked for."
          {...list('clientCertificates', thumbprints, setThumbprints)}
        />
        {problem?.errors.length === 0 && <Failed problem={problem} />}
        {mayChange && (
          <div className={styles.row}>
            <Button type="submit" isBusy={isBusy}>
              Save who may send
            </Button>
          </div>
        )}
      </form>
    </Section>
  );
}

/** What is wrong with the field, with the line that it is about. */
function errorIn(problem: ApiProblem | undefined, field: string, text: string): string | undefined {
  const number = lines(text).findIndex((_, index) => errorAt(problem, `${field}.${index}`) !== undefined);
  const [line] = lines(text).slice(number);
  const wrong = errorAt(problem, field);
  return number === -1 ? wrong : wrong?.replace(/^It/, `“${line}”`);
}

const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
