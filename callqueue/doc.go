// Package callqueue is the floor of the contact centre: who waits, who is free, and who gets whom.
// It lives in Redis, so that every server node sees the same floor.
//
//	  caller                      agent
//	 Enqueue                   LogOn, Set(ready)
//	    |                            |
//	    v        one script          v
//	waiting:Q  --- takes both ---  ready:Q ...      (sorted sets: place, idle since)
//	                  |
//	        ringing, a token, a lease  ---------- lease ends: agent paused "lost",
//	                  |                            caller back at its place
//	         Matched at the call's node
//	                  |
//	     Seat(token): talking, hold ... free | missed | wrapup
//
// What must stay true:
//   - A caller has at most one agent and an agent at most one caller. Every change is one script, and a script
//     takes both or neither.
//   - No queue has a waiting caller and a ready agent at the same time. The event that would bring them together
//     matches them in the same script, so a server that dies right after it leaves no pair behind. There is no tick
//     that looks for matches.
//   - A caller's place is its first arrival less its priority (see place) and never changes by being queued again.
//   - Tokens only grow. Whoever comes with an older one is refused (ErrStale); whoever comes with a newer one than
//     Redis knows proves that Redis lost something, and is believed.
//   - A script that runs twice, because its answer was lost, acts once: it leaves its request id behind.
//   - Nothing here is the only copy. An epoch is written into Redis; when it is gone, Events.Emptied asks
//     everybody to say again who they are.
//
// Times come from the server's clock; only whether a server node is alive is judged by the clock of Redis.
package callqueue
