package jirasim

import "strings"

// language gives the language in which names come: the visitor's own, unless
// the request forces another (both headers together, as
// github.com/MeltanoLabs/tap-jira sends them). "" is English.
func (c *call) language() string {
	lang := ""
	if c.user != nil {
		lang = c.user.Language
	}
	if asked := c.Header.Get("Accept-Language"); asked != "" && strings.EqualFold(c.Header.Get("X-Force-Accept-Language"), "true") {
		lang = asked
	}
	return strings.ToLower(lang[:min(len(lang), 2)])
}

// word gives a name in the visitor's language. Only names that come with the
// product are translated; those that administrators make are not.
func (c *call) word(name string) string {
	lang := c.language()
	if lang == "" || lang == "en" {
		return name // most ask so, and the names are English
	}
	if w := translations()[lang][name]; w != "" {
		return w
	}
	return name
}

// translations are the names of a new site in two more languages. The Chinese
// ones are as in a public capture (apache/incubator-devlake).
func translations() map[string]map[string]string {
	return map[string]map[string]string{
		"zh": {
			"Epic": "史诗", "Story": "故事", "Task": "任务", "Bug": "缺陷", "Sub-task": "子任务",
			"To Do": "待办", "In Progress": "正在进行", "Done": "已完成",
			"Highest": "最高", "High": "高", "Medium": "中", "Low": "低", "Lowest": "最低",
		},
		"de": {
			"Epic": "Epic", "Story": "Story", "Task": "Aufgabe", "Bug": "Fehler", "Sub-task": "Unteraufgabe",
			"To Do": "Zu erledigen", "In Progress": "In Arbeit", "Done": "Fertig",
			"Highest": "Höchste", "High": "Hoch", "Medium": "Mittel", "Low": "Niedrig", "Lowest": "Niedrigste",
		},
	}
}
