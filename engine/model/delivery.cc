#include "engine/model/delivery.h"

namespace journey::model {

std::string_view name_of(ObservationKind kind) {
    switch (kind) {
        case ObservationKind::accepted:
            return "accepted";
        case ObservationKind::rejected:
            return "rejected";
        case ObservationKind::retry:
            return "retry";
        case ObservationKind::pause:
            return "pause";
        case ObservationKind::unknown:
            return "unknown";
        case ObservationKind::not_started:
            return "not_started";
        case ObservationKind::lost:
            return "lost";
        case ObservationKind::pretended:
            return "pretended";
        case ObservationKind::withheld:
            return "withheld";
    }
    return "unknown";
}

std::string_view name_of(MessageStatus status) {
    switch (status) {
        case MessageStatus::planned:
            return "planned";
        case MessageStatus::claimed:
            return "claimed";
        case MessageStatus::accepted:
            return "accepted";
        case MessageStatus::rejected:
            return "rejected";
        case MessageStatus::skipped:
            return "skipped";
        case MessageStatus::expired:
            return "expired";
        case MessageStatus::unknown:
            return "unknown";
    }
    return "unknown";
}

std::string_view name_of(Reason reason) {
    switch (reason) {
        case Reason::none:
            return "none";
        case Reason::entry_over:
            return "entry_over";
        case Reason::no_address:
            return "no_address";
        case Reason::no_consent:
            return "no_consent";
        case Reason::suppressed:
            return "suppressed";
        case Reason::frequency:
            return "frequency";
        case Reason::quiet_hours:
            return "quiet_hours";
        case Reason::no_zone:
            return "no_zone";
        case Reason::not_valid_anymore:
            return "not_valid_anymore";
        case Reason::paused:
            return "paused";
        case Reason::kill_switch:
            return "kill_switch";
        case Reason::provider_rate:
            return "provider_rate";
        case Reason::connector_paused:
            return "connector_paused";
        case Reason::template_failed:
            return "template_failed";
        case Reason::missing_variable:
            return "missing_variable";
        case Reason::retries_exhausted:
            return "retries_exhausted";
        case Reason::provider_rejected:
            return "provider_rejected";
        case Reason::no_connector:
            return "no_connector";
        case Reason::moved_on:
            return "moved_on";
        case Reason::late:
            return "late";
        case Reason::dry_run:
            return "dry_run";
        case Reason::not_allowed:
            return "not_allowed";
        case Reason::best_hour:
            return "best_hour";
        case Reason::held_out:
            return "held_out";
        case Reason::gave_way:
            return "gave_way";
        case Reason::journey_rate:
            return "journey_rate";
        case Reason::blast_limit:
            return "blast_limit";
        case Reason::canary:
            return "canary";
        case Reason::fetch_failed:
            return "fetch_failed";
        case Reason::in_journal:
            return "in_journal";
    }
    return "none";
}

std::string_view sentence_of(Reason reason) {
    switch (reason) {
        case Reason::none:
            return "Nothing stood in the way.";
        case Reason::entry_over:
            return "The person had left the journey before the message went out.";
        case Reason::no_address:
            return "The profile has no address for this channel.";
        case Reason::no_consent:
            return "The person has not agreed to messages of this kind, or withdrew the consent.";
        case Reason::suppressed:
            return "The address is suppressed: a bounce, a complaint, an unsubscribe, or an "
                   "operator.";
        case Reason::frequency:
            return "The frequency policy is full.";
        case Reason::quiet_hours:
            return "Quiet hours: held until the window opens, or skipped where the policy says so.";
        case Reason::no_zone:
            return "The person's time zone is not known, so quiet hours cannot be kept.";
        case Reason::not_valid_anymore:
            return "The message was no longer valid when it could have gone out.";
        case Reason::paused:
            return "The journey is paused.";
        case Reason::kill_switch:
            return "An operator has stopped all sending.";
        case Reason::provider_rate:
            return "The provider takes no more messages just now.";
        case Reason::connector_paused:
            return "The provider refused our credentials or certificate; the connector is paused.";
        case Reason::template_failed:
            return "The template could not be rendered, so nothing was sent.";
        case Reason::missing_variable:
            return "A variable that the template requires has no value.";
        case Reason::retries_exhausted:
            return "Every retry failed.";
        case Reason::provider_rejected:
            return "The provider refused the message for good.";
        case Reason::no_connector:
            return "No connector is configured for this channel.";
        case Reason::moved_on:
            return "The person moved on to a newer version of the journey before the message went "
                   "out.";
        case Reason::late:
            return "A pause had held it up, and it was not to be sent late.";
        case Reason::dry_run:
            return "A dry run: it counts as sent, and it was sent to nobody.";
        case Reason::not_allowed:
            return "This installation sends only to its allow-list, and the address is not on it.";
        case Reason::best_hour:
            return "Held for the hour at which the person mostly opens.";
        case Reason::held_out:
            return "The person is in the holdout, which gets no marketing.";
        case Reason::gave_way:
            return "The last place of the frequency policy was kept for a message of a journey "
                   "with a higher priority.";
        case Reason::journey_rate:
            return "The journey sends at a rate of its own, and its turn comes later.";
        case Reason::blast_limit:
            return "More messages of this step than the workspace's blast limit: held until "
                   "somebody approves.";
        case Reason::canary:
            return "The first messages of this step are looked at before the others go out.";
        case Reason::fetch_failed:
            return "What the message shows could not be fetched.";
        case Reason::in_journal:
            return "This data was made of a backup, and by the send journal the message went out "
                   "after that was made: it is not sent again.";
    }
    return "";
}

std::string_view name_of(ReceiptKind kind) {
    switch (kind) {
        case ReceiptKind::delivered:
            return "delivered";
        case ReceiptKind::opened:
            return "opened";
        case ReceiptKind::clicked:
            return "clicked";
        case ReceiptKind::bounced:
            return "bounced";
        case ReceiptKind::complained:
            return "complained";
        case ReceiptKind::replied:
            return "replied";
        case ReceiptKind::unsubscribed:
            return "unsubscribed";
        case ReceiptKind::failed:
            return "failed";
    }
    return "failed";
}

}  // namespace journey::model
