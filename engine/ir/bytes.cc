#include "engine/ir/ir.h"

#include <limits>
#include <type_traits>

// program  := "JRNY" format payload checksum
//   format    2 bytes, 5; older ones are read too: 4 without what is written by `since(5, …)`
//             below, 3 without that of `since(4, …)`, 2 without that of `since(3, …)`, and 1 without that of `since(2, …)`, and with
//             patterns for triggers
//   payload   the fields of Program in the order of the functions `fields` below
//   checksum  32 bytes, SHA-256 of all before it
// In the payload, by the type of a field:
//   bool              byte 0 or 1
//   enumeration       byte, the enumerator's number
//   Index             varint, the number plus one; 0 is kNone
//   unsigned integer  varint              signed integer  svarint
//   double            8 bytes, IEEE 754   text            varint length, bytes
//   Value             as at the head of engine/base/bytes.cc
//   optional          byte 0, or 1 and the thing
//   vector            varint count, the things
//   variant           byte, the alternative's number, and the thing
//   struct            its fields
// One program has one spelling: what decodes encodes to the same bytes again.

namespace journey::ir {
namespace {

constexpr std::string_view kMagic = "JRNY";
constexpr std::uint16_t kFormat = 5;
constexpr std::uint16_t kOldestFormat = 1;
constexpr std::size_t kHeadSize = 6;
constexpr std::size_t kChecksumSize = std::tuple_size_v<Sha256>;

// Reading and writing share one list of fields a struct, so that they cannot fall out of step.
template <typename T, typename Of>
concept Like = std::same_as<std::remove_const_t<T>, Of>;

template <typename Io, Like<Type> T>
void fields(Io& io, T& it) {
    io(it.kind, it.element, it.currency, it.choices);
    io.index(it.event);
}
template <typename Io, Like<Field> T>
void fields(Io& io, T& it) {
    io(it.name, it.type, it.required, it.personal, it.fallback);
}
template <typename Io, Like<Dwell> T>
void fields(Io& io, T& it) {
    io.index(it.ping);
    io.index(it.key);
    io.index(it.ping_key);
    io(it.every);
    io.index(it.ends);
    io.index(it.ends_key);
}
template <typename Io, Like<EventType> T>
void fields(Io& io, T& it) {
    io(it.name, it.fields, it.builtin);
    io.since(2, it.dwell);
}
template <typename Io, Like<Channel> T>
void fields(Io& io, T& it) {
    io(it.name, it.kind);
    io.index(it.address_field);
    io(it.from, it.sender, it.rate_per_second, it.max_length);
    io.since(4, it.cost);
}
template <typename Io, Like<Consent> T>
void fields(Io& io, T& it) {
    io(it.name, it.title);
    io.indices(it.channels);
    io(it.basis);
}
template <typename Io, Like<CalendarDuration> T>
void fields(Io& io, T& it) {
    io(it.months, it.days, it.seconds);
}
template <typename Io, Like<FrequencyLimit> T>
void fields(Io& io, T& it) {
    io(it.count);
    io.index(it.channel);
    io(it.unit, it.rolling_seconds);
}
template <typename Io, Like<Frequency> T>
void fields(Io& io, T& it) {
    io(it.name, it.limits, it.counts, it.hold_when_full, it.hold_at_most);
    io.since(4, it.gives_way);
}
template <typename Io, Like<Quiet> T>
void fields(Io& io, T& it) {
    io(it.name, it.from_seconds, it.to_seconds, it.zone);
    io.indices(it.channels);
    io(it.hold, it.no_zone, it.no_zone_use);
    io.since(4, it.spread_seconds);
}
template <typename Io, Like<TemplateParam> T>
void fields(Io& io, T& it) {
    io(it.field);
}
template <typename Io, Like<Partial> T>
void fields(Io& io, T& it) {
    io(it.name, it.text);
}
template <typename Io, Like<Catalogue> T>
void fields(Io& io, T& it) {
    io(it.name);
    io.index(it.key);
    io(it.columns, it.cells);
}
template <typename Io, Like<Fetch> T>
void fields(Io& io, T& it) {
    io(it.name, it.url, it.cache_seconds, it.timeout_seconds, it.if_fails);
}
template <typename Io, Like<File> T>
void fields(Io& io, T& it) {
    io(it.path, it.media_type, it.bytes);
}
template <typename Io, Like<Attachment> T>
void fields(Io& io, T& it) {
    io.index(it.file);
    io(it.content_id);
}
template <typename Io, Like<Template> T>
void fields(Io& io, T& it) {
    io(it.name);
    io.index(it.channel);
    io(it.message_class);
    io.index(it.consent);
    io(it.subject, it.title, it.body, it.html, it.params);
    io.indices(it.profile_fields);
    io(it.unsubscribe_automatic);
    io.indices_since(4, it.partials);
    io.indices_since(4, it.catalogues);
    io.indices_since(4, it.fetches);
    io.since(4, it.attachments);
}
template <typename Io, Like<Webhook> T>
void fields(Io& io, T& it) {
    io(it.name, it.url, it.sends, it.gives, it.timeout_seconds, it.retries);
}
template <typename Io, Like<Expr> T>
void fields(Io& io, T& it) {
    io(it.op, it.type, it.may_be_missing);
    io.index(it.a);
    io.index(it.b);
    io(it.first, it.count);
}
template <typename Io, Like<Window> T>
void fields(Io& io, T& it) {
    io(it.kind, it.within);
    io.index(it.since);
    io.index(it.until);
}
template <typename Io, Like<Aggregate> T>
void fields(Io& io, T& it) {
    io(it.fn);
    io.index(it.event);
    io.index(it.field);
    io.index(it.filter);
    io(it.window, it.stop_at, it.limit);
}
template <typename Io, Like<Segment> T>
void fields(Io& io, T& it) {
    io(it.name, it.title);
    io.index(it.expr);
}
template <typename Io, Like<Pattern> T>
void fields(Io& io, T& it) {
    io.index(it.event);
    io.index(it.filter);
}
template <typename Io, Like<OnEvent> T>
void fields(Io& io, T& it) {
    io(it.pattern, it.lasts, it.unless);
}
template <typename Io, Like<OnReach> T>
void fields(Io& io, T& it) {
    io.index(it.aggregate);
    io.index(it.threshold);
    io.index(it.per);
}
template <typename Io, Like<OnSegment> T>
void fields(Io& io, T& it) {
    io.index(it.segment);
    io(it.joining);
}
template <typename Io, Like<OnSchedule> T>
void fields(Io& io, T& it) {
    io(it.recurrence, it.time_seconds, it.weekdays, it.month_day);
    io.index(it.date_field);
    io(it.leap, it.once_local_seconds, it.zone);
    io.index(it.audience);
}
template <typename Io, Like<OnCall> T>
void fields(Io&, T&) {}
template <typename Io, Like<Goal> T>
void fields(Io& io, T& it) {
    io(it.name, it.pattern, it.within, it.exits);
}
template <typename Io, Like<Exit> T>
void fields(Io& io, T& it) {
    io(it.reason, it.pattern);
    io.index(it.condition);
    io.index_since(2, it.segment);
    io.since(2, it.joining);
}
template <typename Io, Like<NamedExpr> T>
void fields(Io& io, T& it) {
    io(it.name);
    io.index(it.expr);
}
template <typename Io, Like<Validity> T>
void fields(Io& io, T& it) {
    io(it.kind, it.duration, it.until_seconds, it.zone);
    io.index_since(3, it.zone_from);
}
template <typename Io, Like<Send> T>
void fields(Io& io, T& it) {
    io.index(it.channel);
    io.index(it.message_template);
    io(it.args, it.validity, it.retry_for, it.waive_quiet, it.waive_frequency);
    io.index(it.next);
    io.index_since(2, it.to);
    io.index_since(4, it.among);
    io.since(4, it.best_hour);
}
template <typename Io, Like<Return> T>
void fields(Io& io, T& it) {
    io(it.comes, it.within, it.worth, it.explore);
}
template <typename Io, Like<OneOf> T>
void fields(Io& io, T& it) {
    io.indices(it.sends);
    io.index(it.tried);
    io(it.best);
    io.index(it.next);
}
template <typename Io, Like<Test> T>
void fields(Io& io, T& it) {
    io.index(it.condition);
    io.index(it.if_true);
    io.index(it.if_false);
}
template <typename Io, Like<Arm> T>
void fields(Io& io, T& it) {
    io(it.name, it.weight);
    io.index(it.target);
}
template <typename Io, Like<Pick> T>
void fields(Io& io, T& it) {
    io(it.experiment, it.holdout);
    io.index(it.holdout_target);
    io(it.arms);
    io.since(2, it.sample);
    io.index_since(2, it.rest_target);
}
template <typename Io, Like<Winner> T>
void fields(Io& io, T& it) {
    io(it.experiment, it.numerator, it.goal, it.denominator, it.after, it.needs, it.confidence,
       it.otherwise);
}
template <typename Io, Like<Settle> T>
void fields(Io& io, T& it) {
    io.index(it.winner);
    io.indices(it.targets);
}
template <typename Io, Like<WaitFor> T>
void fields(Io& io, T& it) {
    io(it.duration);
    io.index_since(3, it.length);
}
template <typename Io, Like<WaitUntil> T>
void fields(Io& io, T& it) {
    io(it.weekday, it.time_seconds);
    io.index(it.moment);
    io(it.zone);
    io.index_since(3, it.zone_from);
}
template <typename Io, Like<WaitArm> T>
void fields(Io& io, T& it) {
    io(it.pattern);
    io.index(it.condition);
    io.index(it.target);
}
template <typename Io, Like<Await> T>
void fields(Io& io, T& it) {
    io(it.timer, it.arms);
    io.index(it.timeout);
}
template <typename Io, Like<SetField> T>
void fields(Io& io, T& it) {
    io.index(it.field);
    io.index(it.value);
    io.index(it.next);
}
template <typename Io, Like<SetLocal> T>
void fields(Io& io, T& it) {
    io.index(it.local);
    io.index(it.value);
    io.index(it.next);
}
template <typename Io, Like<Tag> T>
void fields(Io& io, T& it) {
    io(it.add, it.names);
    io.index(it.next);
}
template <typename Io, Like<Call> T>
void fields(Io& io, T& it) {
    io.index(it.webhook);
    io(it.args);
    io.index(it.local);
    io.index(it.next);
    io.index(it.failed);
}
template <typename Io, Like<Emit> T>
void fields(Io& io, T& it) {
    io.index(it.event);
    io(it.args);
    io.index(it.next);
}
template <typename Io, Like<Run> T>
void fields(Io& io, T& it) {
    io.index(it.journey);
    io(it.args);
    io.index(it.next);
}
template <typename Io, Like<Move> T>
void fields(Io& io, T& it) {
    io(it.from);
    io.index(it.to);
}
template <typename Io, Like<Migration> T>
void fields(Io& io, T& it) {
    io(it.from_version, it.moves, it.others);
}
template <typename Io, Like<End> T>
void fields(Io& io, T& it) {
    io(it.reason);
}
template <typename Io, Like<State> T>
void fields(Io& io, T& it) {
    io(it.act, it.step, it.line, it.text);
}
template <typename Io, Like<Journey> T>
void fields(Io& io, T& it) {
    io(it.name, it.title, it.about, it.owner, it.message_class, it.version);
    io.triggers(it.triggers);
    io(it.trigger_fields, it.locals);
    io.index(it.admit);
    io.index(it.key);
    io(it.reentry, it.reentry_after);
    io.index(it.reentry_per);
    io(it.overlap, it.goals, it.exits);
    io.index(it.frequency);
    io.index(it.quiet);
    io(it.lifetime, it.zone, it.priority, it.states);
    io.index(it.start);
    io(it.hash, it.file, it.line);
    io.since(2, it.winners);
    io.since(2, it.migrations);
    io.index_since(3, it.zone_from);
    io.since(4, it.rate_count);
    io.since(4, it.rate_seconds);
}
template <typename Io, Like<Workspace> T>
void fields(Io& io, T& it) {
    io(it.name, it.zone, it.currency, it.locale, it.week_starts);
    io.since(4, it.holdout);
    io.since(5, it.blast_limit);
    io.since(5, it.blast_seconds);
    io.since(5, it.canary_count);
    io.since(5, it.canary_seconds);
    io.since(5, it.canary_stop);
}
template <typename Io, Like<Program> T>
void fields(Io& io, T& it) {
    io(it.workspace, it.profile, it.events, it.channels, it.consents, it.frequencies, it.quiets);
    io(it.templates, it.segments, it.journeys, it.exprs);
    io.indices(it.operands);
    io(it.constants, it.aggregates);
    io.since(2, it.webhooks);
    io.since(3, it.band_names);
    io.since(4, it.partials);
    io.since(4, it.catalogues);
    io.since(4, it.fetches);
    io.since(4, it.files);
}

// The last enumerator of each enumeration: what is beyond was written by a newer journey.
constexpr TypeKind last_of(TypeKind) {
    return TypeKind::event;
}
constexpr ChannelKind last_of(ChannelKind) {
    return ChannelKind::webhook;
}
constexpr Basis last_of(Basis) {
    return Basis::opt_out;
}
constexpr CalendarUnit last_of(CalendarUnit) {
    return CalendarUnit::year;
}
constexpr MessageClass last_of(MessageClass) {
    return MessageClass::transactional;
}
constexpr NoZone last_of(NoZone) {
    return NoZone::use;
}
constexpr Op last_of(Op) {
    return Op::tags;
}
constexpr AggregateFn last_of(AggregateFn) {
    return AggregateFn::list;
}
constexpr WindowKind last_of(WindowKind) {
    return WindowKind::between;
}
constexpr Reentry last_of(Reentry) {
    return Reentry::once_per;
}
constexpr Overlap last_of(Overlap) {
    return Overlap::parallel;
}
constexpr Validity::Kind last_of(Validity::Kind) {
    return Validity::Kind::until_time;
}

constexpr Recurrence last_of(Recurrence) {
    return Recurrence::yearly;
}
constexpr LeapDay last_of(LeapDay) {
    return LeapDay::mar_1;
}
constexpr Fetch::IfFails last_of(Fetch::IfFails) {
    return Fetch::IfFails::blank;
}
constexpr Metric last_of(Metric) {
    return Metric::goal;
}
constexpr Others last_of(Others) {
    return Others::restart;
}

class Writer {
  public:
    template <typename... Ts>
    void operator()(const Ts&... things) {
        (write(things), ...);
    }
    void index(Index it) { out_.varint(it == kNone ? 0 : std::uint64_t{it} + 1); }
    void indices(const std::vector<Index>& all) {
        out_.varint(all.size());
        for (const Index it : all)
            index(it);
    }
    template <typename T>
    void since(std::uint16_t, const T& it) {
        write(it);
    }
    void index_since(std::uint16_t, Index it) { index(it); }
    void indices_since(std::uint16_t, const std::vector<Index>& all) { indices(all); }
    void triggers(const std::vector<Trigger>& all) { write(all); }
    ByteWriter& out() { return out_; }

  private:
    void write(bool it) { out_.boolean(it); }
    void write(double it) { out_.f64(it); }
    void write(const std::string& it) { out_.text(it); }
    void write(const Value& it) { out_.value(it); }
    void write(const Sha256& it) { out_.raw(view_of(it)); }
    template <std::unsigned_integral T>
    void write(T it) {
        out_.varint(it);
    }
    template <std::signed_integral T>
    void write(T it) {
        out_.svarint(it);
    }
    template <typename T>
    requires std::is_enum_v<T>
    void write(T it) { out_.u8(static_cast<std::uint8_t>(it)); }
    template <typename T>
    void write(const std::optional<T>& it) {
        out_.boolean(it.has_value());
        if (it) write(*it);
    }
    template <typename T>
    void write(const std::vector<T>& all) {
        out_.varint(all.size());
        for (const T& it : all)
            write(it);
    }
    template <typename... Ts>
    void write(const std::variant<Ts...>& it) {
        out_.u8(static_cast<std::uint8_t>(it.index()));
        std::visit([this](const auto& held) { write(held); }, it);
    }
    template <typename T>
    requires std::is_class_v<T>
    void write(const T& it) { fields(*this, it); }

    ByteWriter out_;
};

class Reader {
  public:
    Reader(std::string_view bytes, std::uint16_t format) : in_(bytes), format_(format) {}
    template <typename... Ts>
    void operator()(Ts&... things) {
        (read(things), ...);
    }
    void index(Index& it) {
        const std::uint64_t number = in_.varint();
        if (number > kNone) in_.fail();
        it = number == 0 ? kNone : static_cast<Index>(number - 1);
    }
    void indices(std::vector<Index>& all) {
        const std::size_t size = in_.count();
        for (std::size_t i = 0; i < size && in_.ok(); ++i)
            index(all.emplace_back());
    }
    template <typename T>
    void since(std::uint16_t format, T& it) {
        if (format_ >= format) read(it);
    }
    void index_since(std::uint16_t format, Index& it) {
        if (format_ >= format) index(it);
    }
    void indices_since(std::uint16_t format, std::vector<Index>& all) {
        if (format_ >= format) indices(all);
    }
    void triggers(std::vector<Trigger>& all) {
        if (format_ >= 2) return read(all);
        std::vector<Pattern> patterns;
        read(patterns);
        for (const Pattern& pattern : patterns)
            all.push_back(OnEvent{pattern, {}, {}});
    }
    const ByteReader& in() const { return in_; }

  private:
    void read(bool& it) {
        const std::uint8_t byte = in_.u8();
        if (byte > 1) in_.fail();
        it = byte == 1;
    }
    void read(double& it) { it = in_.f64(); }
    void read(std::string& it) { it = in_.text(); }
    void read(Value& it) { it = in_.value(); }
    void read(Sha256& it) {
        const std::string_view bytes = in_.raw(it.size());
        for (std::size_t i = 0; i < bytes.size(); ++i)
            it[i] = static_cast<std::uint8_t>(bytes[i]);
    }
    template <std::unsigned_integral T>
    void read(T& it) {
        const std::uint64_t number = in_.varint();
        if (number > std::numeric_limits<T>::max()) in_.fail();
        it = static_cast<T>(number);
    }
    template <std::signed_integral T>
    void read(T& it) {
        const std::int64_t number = in_.svarint();
        if (number < std::numeric_limits<T>::min() || number > std::numeric_limits<T>::max()) {
            in_.fail();
        }
        it = static_cast<T>(number);
    }
    template <typename T>
    requires std::is_enum_v<T>
    void read(T& it) {
        const std::uint8_t number = in_.u8();
        if (number > static_cast<std::uint8_t>(last_of(T{}))) {
            in_.fail();
            return;
        }
        it = static_cast<T>(number);
    }
    template <typename T>
    void read(std::optional<T>& it) {
        bool present = false;
        read(present);
        if (present) read(it.emplace());
    }
    template <typename T>
    void read(std::vector<T>& all) {
        const std::size_t size = in_.count();
        // Not reserve(size): a byte announces a thing a hundred times its size.
        for (std::size_t i = 0; i < size && in_.ok(); ++i)
            read(all.emplace_back());
    }
    template <typename... Ts>
    void read(std::variant<Ts...>& it) {
        alternative<0>(in_.u8(), it);
    }
    template <typename T>
    requires std::is_class_v<T>
    void read(T& it) { fields(*this, it); }

    template <std::size_t At, typename... Ts>
    void alternative(std::size_t which, std::variant<Ts...>& it) {
        if constexpr (At < sizeof...(Ts)) {
            if (which == At) {
                read(it.template emplace<At>());
            } else {
                alternative<At + 1>(which, it);
            }
        } else {
            in_.fail();
        }
    }

    ByteReader in_;
    std::uint16_t format_;
};

Error not_a_program(std::string_view why) {
    return error(ErrorCode::invalid, "this is not a program of journey: " + std::string(why));
}

}  // namespace

Bytes encode(const Program& program) {
    Writer writer;
    writer.out().raw(kMagic);
    writer.out().u16(kFormat);
    writer(program);
    const Sha256 checksum = sha256(writer.out().bytes());
    writer.out().raw(view_of(checksum));
    return writer.out().take();
}

Result<Program> decode(std::string_view bytes) {
    if (!bytes.starts_with(kMagic)) return not_a_program("it does not begin with JRNY");
    if (bytes.size() < kHeadSize + kChecksumSize) return not_a_program("it is cut short");
    const std::string_view body = bytes.substr(0, bytes.size() - kChecksumSize);
    const std::uint16_t format = ByteReader(body.substr(kMagic.size())).u16();
    if (format < kOldestFormat || format > kFormat) {
        return not_a_program("its format is " + std::to_string(format) +
                             " and this journey reads " + std::to_string(kFormat) +
                             "; update journey or apply the files again");
    }
    if (view_of(sha256(body)) != bytes.substr(body.size())) {
        return not_a_program(
            "its checksum is wrong, so the bytes were damaged; apply the journey "
            "files again");
    }
    Reader reader(body.substr(kHeadSize), format);
    Program program;
    reader(program);
    if (!reader.in().ok() || !reader.in().at_end()) {
        return not_a_program("its fields do not read; apply the journey files again");
    }
    TRY(verify(program));
    return program;
}

Sha256 program_hash(std::string_view bytes) {
    return sha256(bytes);
}

}  // namespace journey::ir
