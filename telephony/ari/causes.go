package ari

import "strconv"

// causes puts the reasons for the end of a channel into words. The numbers are those of ITU-T Q.850, table 1, as
// Asterisk's include/asterisk/causes.h has them; which SIP answer becomes which is in its res_pjsip (RFC 3398).
var causes = map[int]string{
	0:   "normal",         // not said: we hung up ourselves
	1:   "unknown number", // unallocated; 404
	3:   "unreachable",    // no route to destination; 420
	16:  "normal",         // normal call clearing
	17:  "busy",           // user busy; 486, 600
	18:  "unregistered",   // no user responding; 408: the phone does not answer at all
	19:  "no answer",      // no answer from user (user alerted); 480
	20:  "unregistered",   // subscriber absent
	21:  "rejected",       // call rejected; 401, 403, 603
	22:  "unknown number", // number changed; 410
	26:  "elsewhere",      // answered elsewhere
	27:  "unreachable",    // destination out of order; 502
	28:  "unknown number", // invalid number format; 484
	29:  "rejected",       // facility rejected; 501
	31:  "normal",         // normal, unspecified
	34:  "congestion",     // no circuit available; 503
	38:  "congestion",     // network out of order; 500
	41:  "congestion",     // temporary failure
	42:  "congestion",     // switching equipment congestion
	44:  "congestion",     // requested circuit not available
	58:  "no codec",       // bearer capability not available; 488
	79:  "no codec",       // service not implemented; 415
	88:  "no codec",       // incompatible destination
	102: "no answer",      // recovery on timer expiry; 504
	111: "failed",         // protocol error
	127: "interrupted",    // interworking, unspecified; 487: a caller who gives up before the answer
}

func cause(n int) string {
	if s, ok := causes[n]; ok {
		return s
	}
	return "cause " + strconv.Itoa(n)
}

// reasons are the words that Asterisk takes for hanging up, for those of ours that differ from "normal".
var reasons = map[string]string{
	"busy":           "busy",
	"congestion":     "congestion",
	"no answer":      "no_answer",
	"rejected":       "rejected",
	"unknown number": "unallocated",
	"elsewhere":      "answered_elsewhere",
	"failed":         "failure",
}

func reason(cause string) string {
	if r, ok := reasons[cause]; ok {
		return r
	}
	return "normal"
}
