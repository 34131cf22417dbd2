import { Button } from '../ui/button.js';
import { Notice } from '../ui/notice.js';
import { nameOf } from './explain.js';
import { useReading } from './reading.js';
import { Standing } from './standing.js';
import { Step } from './step.js';
import { Steps } from './steps.js';
import { Values } from './values.js';
import type { StepProps } from './set-up.js';

/** The provider's own steps, what they need to copy, and whether it has reached us. */
export function Connect(props: StepProps) {
  const { language, text } = useReading();
  const { set, provider, way, go } = props;
  const isReached = set.progress.tokenAcceptedAt !== null;
  return (
    <Step
      title={text.connect.title(nameOf(provider, text))}
      intro={text.connect.intro}
      aside={
        <>
          <Values {...props} />
          <Standing {...props} />
        </>
      }
      foot={
        <>
          <Button onClick={() => go('choose')}>{text.choose.change}</Button>
          <Button kind={isReached ? 'primary' : 'plain'} onClick={() => go('test')}>
            {text.next}
          </Button>
        </>
      }
    >
      {provider.note && <Notice tone="warn">{provider.note[language]}</Notice>}
      <Steps steps={way.connect} />
      {language !== 'en' && <p>{text.connect.names}</p>}
    </Step>
  );
}
