#pragma once
// The tool's commands. Exit codes: 0 fine, 1 the author or operator must act, 2 wrong usage, 3 our
// own fault.

#include "engine/ir/ir.h"

namespace journey::app {

/// Prints the sentence on stderr; 1.
int fail(const Error& problem);

struct CheckOptions {
    std::vector<std::string> paths;
    bool json = false;
    bool sarif = false;
    bool short_form = false;
    bool strict = false;
};
int check_command(const CheckOptions& options);

struct TestOptions {
    std::vector<std::string> paths;
    std::string only;   // part of a title
    std::string junit;  // where to write it; "": nowhere
    bool coverage = false;
    bool json = false;
};
int test_command(const TestOptions& options);

struct FormatOptions {
    std::vector<std::string> paths;
    bool check = false;
    bool json = false;
};
int format_command(const FormatOptions& options);

struct FixOptions {
    std::vector<std::string> paths;
    bool dry_run = false;
    bool json = false;
};
int fix_command(const FixOptions& options);

/// The language server, on standard input and output.
int lsp_command();

struct ConvertOptions {
    std::string file;
    std::string to;   // yaml, journey; empty: the other one
    std::string out;  // empty: standard output
    bool json = false;
};
int convert_command(const ConvertOptions& options);

struct SchemaOptions {
    std::string project;  // empty: the language alone
    std::string out;      // empty: standard output
    bool json = false;    // as it is without
};
int schema_command(const SchemaOptions& options);

struct ConnectorsOptions {
    std::string check;  // a file or a kind; empty: list them
};
int connectors_command(const ConnectorsOptions& options);

struct DaemonAddress {
    std::string to = "http://127.0.0.1:8080";
    std::string data_directory = "journey-data";  // whose keys are used when none is given
    std::string admin_token;
    std::string write_key;
};
/// Fills in the keys from the data directory or the environment (JOURNEY_ADMIN_TOKEN,
/// JOURNEY_WRITE_KEY).
void find_keys(DaemonAddress& address);

/// Null after saying on stderr which there are.
const ir::Journey* find_journey(const ir::Program& program, const std::string& name);

struct ExplainOptions {
    std::string subject;  // a diagnostic code or a journey
    std::string person;   // then of the journey that is live in the daemon
    std::vector<std::string> paths;
    DaemonAddress daemon;
    bool content = false;  // of the messages too, as they were sent
    bool json = false;
};
int explain_command(const ExplainOptions& options);

struct GraphOptions {
    std::string journey;
    bool all = false;
    std::vector<std::string> paths;
    std::string format = "svg";
    std::string out;  // a file; with `all` a folder
    bool live = false;
    DaemonAddress daemon;
};
int graph_command(const GraphOptions& options);

struct ServeOptions {
    std::string project;
    std::string config;
    std::string data_directory;
    std::string listen;
    std::string clock_start;            // demo clock: RFC 3339
    std::optional<double> clock_speed;  // absent: the system's clock
    bool dry_run = false;
    bool quiet = false;
};
int serve_command(const ServeOptions& options);

struct OperateOptions {
    std::string what;  // pause, resume, stop-sending, start-sending, journeys, timeline, unknown,
                       // approve
    std::string subject;  // journey, person, or JOURNEY/STEP
    // With resume and start-sending: what becomes of what is late.
    std::string late;                // send, skip, exit
    std::vector<std::string> steps;  // "STEP=skip"
    std::string over;                // "2h"
    bool json = false;
    DaemonAddress daemon;
};
int operate_command(const OperateOptions& options);

struct ForgetOptions {
    std::string person;
    bool yes = false;  // does not ask
    bool json = false;
    DaemonAddress daemon;
};
int forget_command(const ForgetOptions& options);

struct BackupOptions {
    std::string from;       // data, or with restore a backup
    std::string to;         // absent or empty
    std::string erased_in;  // with restore: what became of the data since; "": nobody knows
    std::string journal;    // with restore: the directory of the send journal; "": there is none
};
int backup_command(const BackupOptions& options);
int restore_command(const BackupOptions& options);

struct SinkOptions {
    std::uint16_t http_port = 0;
    std::uint16_t smtp_port = 0;
    std::string ledger;
    std::string script;
    std::string service_account;  // Google's file; "" = tokens for any account
};
int sink_command(const SinkOptions& options);

struct ImportOptions {
    std::string csv;
    std::string mapping;
    std::string rejects;
    std::string to = "http://127.0.0.1:8080";
    std::string write_key;
    bool from_start = false;
};
int import_command(const ImportOptions& options);

struct SuppressOptions {
    std::string what;     // import, add, remove, list
    std::string subject;  // the file, or the address; "" of list: how many there are
    std::string channel;
    std::string reason;
    std::string mapping;
    std::string rejects;
    bool json = false;
    DaemonAddress daemon;
};
int suppress_command(const SuppressOptions& options);

struct SimulateOptions {
    std::string project;
    std::string csv;
    std::string mapping;
    std::vector<std::string> consents;  // granted to everybody at their first event
    std::uint64_t tail_days = 0;        // time that passes after the last row
    std::vector<std::string> answers;   // "0.9", "mint_coupon=0.9"
    std::string sends_csv;              // every send, one a line
    bool counts = false;                // "name number" lines, for scripts
};
int simulate_command(const SimulateOptions& options);

struct DemoOptions {
    std::string project = "workflows";
    std::string data_directory;
    std::uint64_t seed = 1;
    std::uint32_t people = 400;
    double speed = 14400;
    std::uint64_t seconds = 0;  // 0: until Ctrl-C
    std::string listen = "127.0.0.1:0";
};
int demo_command(const DemoOptions& options, const std::string& program_path);

struct BenchOptions {
    std::string scenario;
    std::uint64_t events = 1'000'000;
    std::uint64_t people = 100'000;
    std::uint64_t journeys = 1000;  // scale
    std::uint32_t repeat = 5;
    std::uint64_t rate = 20'000;  // mixed: events a second
    std::uint64_t seconds = 15;   // mixed, overload
    bool json = false;
};
int bench_command(const BenchOptions& options, const std::string& program_path);
int bench_send_command(const BenchOptions& options, const std::string& program_path);
int bench_recover_command(const BenchOptions& options, const std::string& program_path);
int bench_overload_command(const BenchOptions& options, const std::string& program_path);
int bench_mixed_command(const BenchOptions& options, const std::string& program_path);
int bench_scale_command(const BenchOptions& options, const std::string& program_path);
/// Scenarios of one partition in this process.
bool is_core_scenario(std::string_view scenario);
int bench_core_command(const BenchOptions& options, const std::string& program_path);

struct BenchCheckOptions {
    std::size_t journeys = 1000;
    std::size_t steps = 20;
    std::size_t rounds = 5;
    std::string write_to;  // a folder for the generated project, to look at
    bool json = false;
};
int bench_check_command(const BenchCheckOptions& options);

struct NewOptions {
    std::string directory;
    std::string kit = "first";
};
int new_command(const NewOptions& options);

struct RenderCommand {
    std::string source;  // a file, or the name of a template of the project
    std::string project = ".";
    std::string data;      // JSON, or a file of it
    std::string partials;  // a folder of NAME.liquid
    std::string mode = "checked";
    std::string now;
    bool strict_variables = false;
    bool json = false;
    bool lines = false;  // answer requests from stdin
};
int render_command(const RenderCommand& options);

struct BenchRenderOptions {
    std::uint32_t repeat = 5;
    bool json = false;
};
int bench_render_command(const BenchRenderOptions& options);

struct SeedsOptions {
    std::uint64_t first = 1;
    std::uint64_t count = 100;
    std::string project = "workflows";
    bool own = false;  // the simulator's journeys instead of a project's
};
int seeds_command(const SeedsOptions& options);

}  // namespace journey::app
