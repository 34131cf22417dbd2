import '../ui/base.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import { openSession } from './session.js';

const root = document.getElementById('root');
if (root !== null) createRoot(root).render(<App opening={openSession()} />);
