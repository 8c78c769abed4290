// Package recording keeps what was said: recordings of talks, and voicemails.
//
// Asterisk writes each into a folder of its own. This package brings it home, proves that it is whole, stores it under an
// opaque id and only then lets Asterisk delete it:
//
//	Expect ──> row "expected" ──> Asterisk writes ──> call over
//	                │                                    │
//	                │        Keep (at once) or Sweep (later, again and again)
//	                │                                    │
//	                │      fetch ─ check ─ merge ─ store ─ COMMIT ─ forget at Asterisk
//	                │                                    │
//	                └──────────> "kept" whole │ "cut" something is missing, and how much │ "lost" Asterisk has no such file
//
// What must stay true:
//
//   - The row is there before the first byte, so a recording that nobody asks for is found by Sweep.
//   - Asterisk's file is deleted only after the row that says where its sound lies is committed. Dying on any line in
//     between costs nothing: the id, and with it the place in the storage, was chosen when the row was made, so doing
//     it again writes the same place. There is no second row and no stored file that no row knows.
//   - One at a time works on a recording: its row is locked meanwhile, across all servers.
//   - Nothing fails silently. Every failed attempt is counted in the row with its error and the time of the next.
//   - Memory does not grow with the length of a call, except for 100 bytes of loudness a second and side.
//
// A talk is stored as stereo, the caller left and the agent right; a voicemail as mono. Both are 8 kHz, 16 bit.
package recording
