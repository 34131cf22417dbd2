// prettier-ignore
/** What the people and groups of a story are called. */
export const GIVEN_NAMES = [
  'Ada', 'Amir', 'Anya', 'Bela', 'Carla', 'Chidi', 'Dana', 'Dev', 'Elif', 'Emil', 'Farah', 'Finn', 'Grace', 'Hana', 'Hugo', 'Ines',
  'Ivo', 'Jana', 'Joon', 'Kofi', 'Lena', 'Liam', 'Mara', 'Milo', 'Nadia', 'Nils', 'Olga', 'Omar', 'Petra', 'Quinn', 'Ravi', 'Rosa',
  'Sami', 'Sofia', 'Tariq', 'Thea', 'Uma', 'Vera', 'Wen', 'Yara', 'Zoë',
] as const;

// prettier-ignore
export const FAMILY_NAMES = [
  'Abbott', 'Adeyemi', 'Berg', 'Castillo', 'Chen', 'Dahl', 'Duarte', 'Eriksen', 'Farkas', 'Fontaine', 'Garcia', 'Haddad', 'Holm',
  'Ivanova', 'Jansen', 'Kaya', 'Keller', 'Kowalski', 'Lindqvist', 'Marsh', 'Mensah', 'Moreau', 'Nakamura', 'Novak', 'O’Brien',
  'Okafor', 'Park', 'Patel', 'Quist', 'Ricci', 'Rossi', 'Santos', 'Silva', 'Tanaka', 'Tran', 'Ueda', 'Varga', 'Weber', 'Yilmaz',
] as const;

export const DEPARTMENTS = ['Engineering', 'Design', 'Sales', 'Support', 'Finance', 'People', 'Legal'] as const;

export const TITLES = [
  'Analyst',
  'Engineer',
  'Designer',
  'Manager',
  'Lead',
  'Director',
  'Specialist',
  'Coordinator',
] as const;

// prettier-ignore
export const GROUP_NAMES = [
  'Platform', 'Payments', 'Mobile', 'Research', 'Field', 'On-call', 'Admins', 'Auditors', 'Berlin', 'Lagos', 'Osaka', 'Board',
] as const;
