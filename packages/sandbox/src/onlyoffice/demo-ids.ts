/** The ids under which tests and the demo find what they need. Files and folders are counted apart: 101 is both. */
export const demoIds = {
  my: 100,
  contracts: 101,
  leases: 102,
  photos: 103,
  /** 263 files. */
  receipts: 104,
  empty: 105,
  /** Two files `LIESMICH` in a folder `v1.0`. */
  versions: 106,
  common: 200,
  /** Of the second user, not readable by the first. */
  privateFolder: 201,
  /** Readable, not to be downloaded. */
  viewOnly: 202,
  /** Holds one file that only the second user may read. */
  mixed: 203,
  thirdParty: 'sbox-1-|',
  thirdPartySub: 'sbox-1-|Angebote',
  rooms: 300,
  room: 301,
  files: {
    /** A file; folder 101 is another thing. */
    lease: 101,
    /** Another file with the same title, in another folder. */
    leaseCopy: 102,
    emptyFile: 103,
    /** Three versions. */
    history: 104,
    /** Converting it takes the password `geheim`. */
    protectedByPassword: 105,
    note: 106,
    privateFile: 201,
    viewOnly: 202,
    readable: 203,
    hidden: 204,
    thirdParty: 'sbox-1-|Angebote|Angebot Dach.pdf',
  },
} as const;
