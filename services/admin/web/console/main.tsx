import '../ui/base.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import { applyTheme, storedTheme } from './theme.js';

applyTheme(storedTheme());
const root = document.getElementById('root');
if (root !== null) createRoot(root).render(<App />);
