// Package webrtc is the browser's audio: it relays G.711 between an agent's browser (WebRTC) and Asterisk (plain RTP of an
// ExternalMedia channel), byte for byte, without transcoding.
//
//	browser ══ DTLS-SRTP ══ peer ┐        ┌ leg ── RTP, µ-law ── Asterisk
//	         (one UDP port for   ├─ Seat ─┤        (one socket for the
//	          all browsers)      ┘        └         agent's whole shift)
//
// A Seat is one agent's audio for the whole shift. Both of its ends change under it: tabs are reloaded or replaced (each offer
// is a new peer), calls come and go (Attach, Detach). What must stay true through all of that:
//
//   - Towards either side there is one RTP stream: sequence numbers and timestamps are ours and go on without a seam, whoever
//     the source is. A number is never used twice (with SRTP that would give the plaintext away).
//   - While a call is attached Asterisk gets 50 packets a second, silence when the microphone is missing. Asterisk may itself
//     send nothing into a leg from which nothing comes.
//   - One peer owns the audio: the newest offer. The former one is closed.
//   - What comes from anybody but the attached Asterisk, or is not RTP, changes nothing.
//   - Callbacks never hold up media.
package webrtc
