package main

import (
	"fmt"
	"strings"
)

// Numbers that callers dial.
const (
	oursNumber     = "100" // our line with all agents
	oursFewNumber  = "110" // our line with a few agents
	queueNumber    = "900" // Asterisk's own Queue() with the same agents
	queueFewNumber = "910"
)

// besideOurs is Asterisk's own queue in the same Asterisk, over the same desk phones. It is set up as well as it can be:
// calls are not answered before an agent is there, busy phones are not called, the longest idle agent gets the call (as
// with us), and it looks for a free agent as often as it can, which is once a second.
func besideOurs(all, few []string) map[string]string {
	queue := func(name string, agents []string) string {
		var members strings.Builder
		for _, a := range agents {
			fmt.Fprintf(&members, "member => PJSIP/%s\n", a)
		}
		return fmt.Sprintf("[%s]\nstrategy = leastrecent\nautofill = yes\nringinuse = no\nwrapuptime = 0\nretry = 1\ntimeout = 20\njoinempty = yes\nannounce-frequency = 0\n%s", name, members.String())
	}
	return map[string]string{
		"modules.conf": "load = app_queue.so\n",
		"queues.conf":  "[general]\npersistentmembers = no\nautofill = yes\nlog_membername_as_agent = no\n" + queue("all", all) + queue("few", few),
		"extensions.conf": "[from-trunk](+)\nexten => " + queueNumber + ",1,Queue(all)\n same => n,Hangup()\n" +
			"exten => " + queueFewNumber + ",1,Queue(few)\n same => n,Hangup()\n",
	}
}
