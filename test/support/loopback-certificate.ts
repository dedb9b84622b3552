/**
 * A certificate that signs itself, for 127.0.0.1 and localhost, good from 2020 to 2120, and its key.
 * - Nobody trusts it but a test that says so; the key protects nothing.
 */
export const loopbackCertificate = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBZjCCAQ2gAwIBAgICEmcwCgYIKoZIzj0EAwIwIzEhMB8GA1UEAwwYZmlsZXNv
dXJjZSBsb29wYmFjayB0ZXN0MCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAw
MDAwWjAjMSEwHwYDVQQDDBhmaWxlc291cmNlIGxvb3BiYWNrIHRlc3QwWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAASYTYzaLaqzi0LERC3EZtZ/MUZovy3Y2goitLuq
N39JV/P4Z7ooYyPRBBOs11sdq3KAtKBRcFAjZgJfBYzj2J5loy8wLTAaBgNVHREE
EzARhwR/AAABgglsb2NhbGhvc3QwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQD
AgNHADBEAiAO86T9fHt/plV9Ks9EwoIsTHAl4+9wzQFqoi/bm5xfBQIgIvEpZBJB
LY3dT/Q2Sq1byLFgA+I9r95hhOcO3wMMvG4=
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg8HxU93JZY6Xkgsxp
fDr87heOzTPdkz6AnqLTk8Elit2hRANCAASYTYzaLaqzi0LERC3EZtZ/MUZovy3Y
2goitLuqN39JV/P4Z7ooYyPRBBOs11sdq3KAtKBRcFAjZgJfBYzj2J5l
-----END PRIVATE KEY-----
`,
};
