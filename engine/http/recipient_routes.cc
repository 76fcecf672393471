#include "engine/http/api.h"
namespace journey::http {
void Api::twilio_report(const Admission&, const Request&, Respond respond) {
    respond(problem(404, "no_such_address", ""));
}
void Api::pixel(const std::string&, const Request&, Respond respond) {
    respond(problem(404, "no_such_address", ""));
}
void Api::click(const std::string&, const Request&, Respond respond) {
    respond(problem(404, "no_such_address", ""));
}
Reply Api::unsubscribe_page(const std::string&, const Request&) const {
    return problem(404, "no_such_address", "");
}
void Api::unsubscribe(const std::string&, const Request&, Respond respond) {
    respond(problem(404, "no_such_address", ""));
}
}  // namespace journey::http
