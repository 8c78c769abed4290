// Package tickets is the service desk: tickets, the people and contracts they are about, and the accounts of those
// who work on them. All of it is in Postgres.
//
//	call ──Open──► ticket 1001 ──Change──► open ─► waiting_customer ─► solved ─► closed
//	                 ▲   │                  ▲____________│_______________│
//	call ──Join──────┘   └─ timeline: only added to
//
// What must stay true:
//
//   - Every call belongs to exactly one ticket. Opening it is one round trip, may be repeated, and never fails because
//     of what a caller sent: hostile text is cleaned and shown as text.
//   - A person's change names the version that the person saw; a change of anything newer is refused (ErrChanged).
//     Facts of calls (answered, voicemail, ended) never take away what a person chose, and so need no version.
//   - The timeline is never edited, not even by this package: the database refuses it.
//   - Which state may follow which is decided in one place, states.go.
package tickets
