package jirasim

// publicProperty is the comment property by which a comment on a request of a
// service desk is kept from the customer.
const publicProperty = "sd.public.comment"

// publish makes a comment public that its author cannot keep internal: only
// agents of a service desk can. The property is dropped without a word.
func (s *Server) publish(author *account, r *record, cm *Comment) {
	p := s.projects[r.Project]
	if p.Type == "service_desk" && !may(author, p, "SERVICEDESK_AGENT") {
		delete(cm.Properties, publicProperty)
	}
}
