#include "tests/connectors/contract.h"

#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace journey;
using namespace journey::connectors;
using namespace journey::connectors::fake;
using model::IdempotencyClass;
using model::ObservationKind;

namespace {

std::unique_ptr<Connector> connector_for(IdempotencyClass idempotency,
                                         const std::string& base = "http://fake.test") {
    return make_fake_connector({base, "sms", idempotency, 4});
}

Message sample(std::uint8_t last = 1) {
    Message message = contract::sample_message("sms", "+4930123456");
    message.key = contract::sample_key(last);
    message.text = "hello";
    return message;
}

/// What happens to twenty messages under a weather: one letter each.
std::string weather(std::uint64_t seed) {
    Script script = Script::parse("too_many=0.3,accept_then_close=0.2,reject=0.1").value();
    script.seed = seed;
    FakeProvider provider(script);
    const ManualClock clock(parse_instant("2026-11-21T10:00:00Z").value());
    FakeTransport transport(provider, clock);
    const auto connector = connector_for(IdempotencyClass::neither);
    std::string seen;
    for (std::uint8_t i = 0; i < 20; ++i) {
        transport.start(connector->request(sample(i)).value(), std::chrono::seconds(30),
                        [&](Response response) {
                            seen += model::name_of(connector->observe(response).kind)[0];
                        });
    }
    CHECK(transport.under_way() == 20);
    CHECK(seen.empty());
    CHECK(transport.pump() == 20);
    CHECK(transport.under_way() == 0);
    return seen;
}

class TemporaryFile {
  public:
    TemporaryFile() {
        std::string name = (std::filesystem::temp_directory_path() / "ledger-XXXXXX").string();
        const int fd = ::mkstemp(name.data());
        REQUIRE(fd >= 0);
        ::close(fd);
        path_ = name;
    }
    ~TemporaryFile() { std::filesystem::remove(path_); }
    std::vector<Value> lines() const {
        std::vector<Value> out;
        std::ifstream in(path_);
        for (std::string line; std::getline(in, line);) {
            auto value = value_from_json(line);
            REQUIRE(value);
            out.push_back(value.value());
        }
        return out;
    }
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

std::string at(const Value& line, std::string_view name) {
    const Value* found = find(*line.as<Record>(), name);
    return found != nullptr && found->as<std::string>() != nullptr ? *found->as<std::string>() : "";
}

}  // namespace

TEST_CASE("the same seed is the same weather", "[fake]") {
    CHECK(weather(7) == weather(7));
    CHECK(weather(7) != weather(8));
    CHECK(weather(7).find('r') != std::string::npos);
}

TEST_CASE("a keyed provider in process drops repeats", "[fake]") {
    FakeProvider provider({});
    provider.expect({Behaviour::accept_then_close, Behaviour::ok});
    const auto connector = connector_for(IdempotencyClass::keyed);
    const Request request = connector->request(sample()).value();
    CHECK(connector->observe(provider.answer(request, {})).kind == ObservationKind::retry);
    CHECK(connector->observe(provider.answer(request, {})).kind == ObservationKind::accepted);
    CHECK(provider.counts("sms").accepted == 1);
    CHECK(provider.counts("sms").repeated == 1);
    CHECK(provider.messages().size() == 2);
    CHECK(provider.messages()[1].repeated);
}

TEST_CASE("every call stands in the ledger before its answer leaves", "[fake][sink]") {
    const TemporaryFile ledger;
    SinkOptions options;
    options.ledger_file = ledger.path();
    auto sink = SinkServer::start(options);
    REQUIRE(sink);
    auto transport = contract::local_transport();
    const auto connector = connector_for(IdempotencyClass::neither, sink.value()->http_url());
    sink.value()->expect({Behaviour::ok, Behaviour::reject, Behaviour::accept_then_close});
    const std::vector<ObservationKind> wanted{ObservationKind::accepted, ObservationKind::rejected,
                                              ObservationKind::unknown};
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const auto key = static_cast<std::uint8_t>(i);
        CHECK(contract::attempt(*connector, *transport, sample(key)).kind == wanted[i]);
        const auto lines = ledger.lines();
        REQUIRE(lines.size() == i + 1);
        CHECK(at(lines[i], "key") == model::format_key(contract::sample_key(key)));
        CHECK(at(lines[i], "channel") == "sms");
        CHECK(at(lines[i], "sha256").size() == 64);
    }
    CHECK(at(ledger.lines()[2], "answer") == "accept_then_close");
}

TEST_CASE("a port that is taken and a ledger that cannot be are said", "[fake][sink]") {
    auto first = SinkServer::start({});
    REQUIRE(first);
    SinkOptions taken;
    taken.http_port = first.value()->http_port();
    CHECK(SinkServer::start(taken).error().code == ErrorCode::conflict);
    SinkOptions nowhere;
    nowhere.ledger_file = "/no/such/directory/ledger";
    CHECK(SinkServer::start(nowhere).error().code == ErrorCode::storage_failed);
}

TEST_CASE("a script is read or refused with the reason", "[fake]") {
    CHECK(Script::parse(""));
    CHECK(Script::parse("slow=0.5,too_many=0.5").value().odds.size() == 2);
    for (const std::string text : {"slow", "slow=", "slow=2", "slow=-1", "sloww=0.1",
                                   "slow=0.9,ok=0.2", "=0.1", "slow=nan"}) {
        CAPTURE(text);
        CHECK_FALSE(Script::parse(text));
    }
    for (int i = 0; i < 12; ++i) {
        const auto behaviour = static_cast<Behaviour>(i);
        CHECK(behaviour_named(name_of(behaviour)) == behaviour);
    }
}

TEST_CASE("the sink keeps the last messages and tells of each", "[fake][sink]") {
    std::vector<std::string> told;
    {
        SinkOptions options;
        options.keep = 2;
        options.on_message = [&](const SinkMessage& message) { told.push_back(message.key); };
        auto sink = SinkServer::start(options);
        REQUIRE(sink);
        auto transport = contract::local_transport();
        const auto connector = connector_for(IdempotencyClass::neither, sink.value()->http_url());
        for (std::uint8_t i = 0; i < 3; ++i)
            contract::attempt(*connector, *transport, sample(i));
        const auto last = sink.value()->last(10);
        REQUIRE(last.size() == 2);
        CHECK(last[1].key == model::format_key(contract::sample_key(2)));
        CHECK(sink.value()->last(1).size() == 1);
    }
    CHECK(told.size() == 3);
}
