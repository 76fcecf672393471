// `enter every …`, `yearly on …`, `once at …`: when, where, for whom.

#include "dsl/sema/triggers.h"
#include "engine/calendar/calendar.h"

namespace journey::sema {

using ir::TypeKind;

namespace {

class ScheduleChecker {
  public:
    ScheduleChecker(Context& cx, const ast::Schedule& schedule) : cx_(cx), schedule_(schedule) {}

    std::optional<ir::OnSchedule> run() {
        const std::optional<Index> audience = cx_.find(Kind::segment, schedule_.audience);
        if (audience) made_.audience = *audience;
        std::visit(Match{[&](const ast::Every& every) { check_every(every); },
                         [&](const ast::Yearly& yearly) { check_yearly(yearly); },
                         [&](const ast::Once& once) { check_once(once); }},
                   schedule_.what);
        if (!audience || !good_) return std::nullopt;
        return made_;
    }

  private:
    void refuse(Diagnostic diagnostic) {
        good_ = false;
        cx_.report(std::move(diagnostic));
    }

    void check_clock(const ast::ClockTime& at, const ast::Zone& zone) {
        made_.time_seconds = at.value.seconds;
        if (at.value.seconds >= 86400) {
            refuse(Diagnostic::error("J0213", "WHICH DAY IS THAT?", at.span,
                                     "24:00 is the end of one day and the beginning of the next.")
                       .and_fix(Applicability::probable, "write `00:00` for the beginning.",
                                {{at.span, "00:00"}}));
        }
        const std::size_t before = cx_.errors();
        made_.zone = zone_name(cx_, zone);
        if (cx_.errors() != before) good_ = false;
    }

    void check_every(const ast::Every& every) {
        check_clock(every.at, every.zone);
        switch (every.kind) {
            case ast::Every::Kind::day:
                made_.recurrence = ir::Recurrence::daily;
                break;
            case ast::Every::Kind::weekdays:
                made_.recurrence = ir::Recurrence::weekly;
                check_weekdays(every.weekdays);
                break;
            case ast::Every::Kind::month:
                made_.recurrence = ir::Recurrence::monthly;
                if (every.month_day) check_month_day(*every.month_day);
                break;
        }
    }

    void check_weekdays(const std::vector<ast::WeekdayName>& days) {
        for (const ast::WeekdayName& day : days) {
            const auto bit = static_cast<std::uint8_t>(1U << static_cast<unsigned>(day.day));
            if ((made_.weekdays & bit) != 0) {
                refuse(Diagnostic::error("J0105", "SAID TWICE", day.span,
                                         tick(cx_.words(day.span)) + " is in this list twice.")
                           .and_help("keep one of them"));
            }
            made_.weekdays = static_cast<std::uint8_t>(made_.weekdays | bit);
        }
    }

    void check_month_day(const ast::Integer& day) {
        if (day.value < 1 || day.value > 31) {
            refuse(Diagnostic::error("J0213", "NO SUCH DAY", day.span,
                                     "No month has a day " + std::to_string(day.value) + "."));
            return;
        }
        made_.month_day = static_cast<std::uint8_t>(day.value);
        if (day.value <= 28) return;
        const char* how_often = day.value == 31   ? "The 31st comes only in seven months."
                                : day.value == 30 ? "The 30th never comes in February."
                                                  : "The 29th comes in February only every four "
                                                    "years.";
        Diagnostic diagnostic =
            Diagnostic::warning("J0314", "SOME MONTHS WOULD BE SKIPPED", day.span, how_often);
        diagnostic.after =
            "In a month without that day nobody would enter, and nobody would say so.";
        diagnostic.fixes.push_back(
            {Applicability::probable, "write `month on 28`.", {{day.span, "28"}}});
        cx_.report(std::move(diagnostic));
    }

    void check_yearly(const ast::Yearly& yearly) {
        made_.recurrence = ir::Recurrence::yearly;
        check_clock(yearly.at, yearly.zone);
        const auto& parts = yearly.on.parts;
        if (parts.size() != 2 || parts[0].text != "user") {
            refuse(
                Diagnostic::error("J0102", "WHOSE DAY?", yearly.on.span,
                                  "A yearly day is a date of the person, like `user.birthday`."));
            return;
        }
        const std::optional<Index> field = find_field(cx_, cx_.schema().profile, parts[1], "user");
        if (!field) {
            good_ = false;
            return;
        }
        const ir::Type& type = cx_.schema().profile[*field].type;
        if (type.kind != TypeKind::date) {
            refuse(Diagnostic::error("J0201", "TYPES DO NOT MATCH", yearly.on.span,
                                     "A yearly day needs a date, and " + tick(yearly.on.dotted()) +
                                         " is " + describe(type, cx_.schema()) + ".")
                       .and_help("declare it as `" + parts[1].text + " date` in `profile user`"));
            return;
        }
        made_.date_field = *field;
        if (yearly.leap) {
            made_.leap =
                *yearly.leap == ast::Leap::feb_28 ? ir::LeapDay::feb_28 : ir::LeapDay::mar_1;
            return;
        }
        made_.leap = ir::LeapDay::skip;
        const std::uint32_t end = yearly.zone.span.end;
        const Span at{yearly.zone.span.file, end, end};
        cx_.report(
            Diagnostic::warning("J0314", "AND PEOPLE OF 29 FEBRUARY?", yearly.on.span,
                                "In three years out of four there is no 29 February, and people of "
                                "that day are skipped.")
                .and_fix(Applicability::sketch, "add `, feb 29 as feb 28`.",
                         {{at, ", feb 29 as feb 28"}})
                .and_fix(Applicability::sketch, "add `, feb 29 as mar 1`.",
                         {{at, ", feb 29 as mar 1"}}));
    }

    void check_once(const ast::Once& once) {
        made_.recurrence = ir::Recurrence::once;
        const ast::LocalMoment& at = once.at;
        const calendar::Local local{at.date, at.time};
        const Instant wall = calendar::to_instant(local, calendar::utc());
        std::int64_t seconds =
            std::chrono::duration_cast<std::chrono::seconds>(wall.time_since_epoch()).count();
        if (at.offset_minutes) {
            made_.zone = "UTC";
            seconds -= *at.offset_minutes * 60;
        } else if (at.zone) {
            const std::size_t before = cx_.errors();
            made_.zone = zone_name(cx_, *at.zone);
            if (cx_.errors() != before) good_ = false;
        } else {
            const std::string here = cx_.schema().workspace.zone;
            const Span end{at.span.file, at.span.end, at.span.end};
            refuse(Diagnostic::error(
                       "J0211", "WHERE IS THAT?", at.span,
                       "I know the hour but not the place: " + cx_.words(at.span) + " where?")
                       .and_fix(Applicability::probable, "add `in \"" + here + "\"`.",
                                {{end, " in \"" + here + "\""}})
                       .and_fix(Applicability::sketch,
                                "add `local`: then it begins at that hour where each person lives.",
                                {{end, " local"}}));
        }
        made_.once_local_seconds = seconds;
    }

    Context& cx_;
    const ast::Schedule& schedule_;
    ir::OnSchedule made_;
    bool good_ = true;
};

}  // namespace

std::optional<ir::OnSchedule> check_schedule(Context& cx, const ast::Schedule& schedule) {
    return ScheduleChecker(cx, schedule).run();
}

}  // namespace journey::sema
