import { useEffect } from 'react';
import { Empty } from '../ui/notice.js';
import { useText } from './reading.js';

/** `left`: the reader has ended the session. */
export type Ending = 'used' | 'none' | 'left';

/** There is nothing to do here without a link: what happened, and whom to ask. */
export function Ended({ ending }: { readonly ending: Ending }) {
  const { ended } = useText();
  useEffect(() => {
    document.title = ended.title;
  }, [ended]);
  if (ending === 'left') return <Empty title={ended.left}>{ended.leftAsk}</Empty>;
  return (
    <Empty title={ended.title}>
      <p>{ended[ending]}</p>
      <p>{ended.ask}</p>
    </Empty>
  );
}
