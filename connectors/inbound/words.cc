// What somebody wants who answers a text: to hear no more, to hear again, to be told who writes.
//
//   text      folded: small letters without accents, wide letters narrow, signs are blanks
//   sentence  between . ! ? ; and ends of lines; any that asks to stop makes the text ask to stop
//   stop      a word that can mean nothing else here stands un-denied anywhere ("unsubscribe"), or
//             a phrase does ("take me off"), or the sentence is made of a word for stopping and of
//             words that add nothing ("ok stop texting me please"): so "bus stop" and "don't stop"
//             ask for nothing
//   start     only as such a sentence: who is not surely asking stays as they are
//   help      only as such a sentence
//
// Chinese has no blanks between words, so there whole phrases are looked for.

#include "connectors/inbound/inbound.h"

namespace journey::connectors::inbound {
namespace {

constexpr std::size_t kReadMost = 6400;  // bytes; a text has fewer

// ---- folding

struct Fold {
    char32_t from;
    char32_t to;  // last
    const char* letters;
};
constexpr std::array<Fold, 15> kAccents{{{0xe0, 0xe5, "a"},
                                         {0xe6, 0xe6, "ae"},
                                         {0xe7, 0xe7, "c"},
                                         {0xe8, 0xeb, "e"},
                                         {0xec, 0xef, "i"},
                                         {0xf1, 0xf1, "n"},
                                         {0xf2, 0xf6, "o"},
                                         {0xf8, 0xf8, "o"},
                                         {0xf9, 0xfc, "u"},
                                         {0xfd, 0xfd, "y"},
                                         {0xff, 0xff, "y"},
                                         {0xdf, 0xdf, "ss"},
                                         {0x101, 0x101, "a"},
                                         {0x131, 0x131, "i"},
                                         {0x153, 0x153, "oe"}}};

/// The next character and its bytes; what is not UTF-8 is a blank of one byte.
std::pair<char32_t, std::size_t> next_of(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return {first, 1};
    const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < size) return {U' ', 1};
    char32_t c = first & (0xffu >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xc0u) != 0x80u) return {U' ', 1};
        c = c << 6 | (byte(i) & 0x3fu);
    }
    return {c, size};
}

bool is_letter(char32_t c) {
    return (c >= U'a' && c <= U'z') || (c >= U'0' && c <= U'9');
}

bool is_han(char32_t c) {
    return (c >= 0x3040 && c <= 0x30ff) || (c >= 0x3400 && c <= 0x9fff) ||
           (c >= 0xac00 && c <= 0xd7af) || (c >= 0xf900 && c <= 0xfaff);
}

bool ends_sentence(char32_t c) {
    return c == U'.' || c == U'!' || c == U'?' || c == U';' || c == U'\n' || c == U'\r' ||
           c == 0x3002 || c == 0x2026;
}

/// Nothing that is seen: joiners, soft hyphens, marks over letters, which side is read first.
bool is_unseen(char32_t c) {
    return c == 0xad || (c >= 0x300 && c <= 0x36f) || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x2064) ||
           (c >= 0xfe00 && c <= 0xfe0f) || c == 0xfeff || (c >= 0x1f3fb && c <= 0x1f3ff);
}

bool is_apostrophe(char32_t c) {
    return c == U'\'' || c == U'`' || c == 0x2018 || c == 0x2019 || c == 0x2b9 || c == 0xb4;
}

struct Sentence {
    std::vector<std::string> words;  // of small letters and digits
    std::string han;                 // the rest of the sentence, without blanks
};

char32_t folded(char32_t c) {
    if (c >= 0xff01 && c <= 0xff5e) c -= 0xfee0;  // wide forms
    if (c >= U'A' && c <= U'Z') return c + 32;
    if ((c >= 0xc0 && c <= 0xd6) || (c >= 0xd8 && c <= 0xde)) return c + 32;
    // Letters made bold, in a circle or in a box, as jokers write them.
    if (c >= 0x24b6 && c <= 0x24cf) return c - 0x24b6 + U'a';
    if (c >= 0x24d0 && c <= 0x24e9) return c - 0x24d0 + U'a';
    if (c >= 0x1f130 && c <= 0x1f149) return c - 0x1f130 + U'a';
    if (c >= 0x1d400 && c <= 0x1d433) return (c - 0x1d400) % 26 + U'a';
    return c;
}

// "s t o p" is one word.
void join_letters(std::vector<std::string>& words) {
    const bool apart =
        words.size() > 2 &&
        std::all_of(words.begin(), words.end(), [](const auto& word) { return word.size() == 1; });
    if (!apart) return;
    std::string joined;
    for (const std::string& word : words)
        joined += word;
    words = {joined};
}

std::vector<Sentence> sentences_of(std::string_view text) {
    std::vector<Sentence> out(1);
    std::string word;
    const auto end_word = [&] {
        if (!word.empty()) out.back().words.push_back(std::exchange(word, {}));
    };
    text = text.substr(0, kReadMost);
    char32_t before = U' ';
    while (!text.empty()) {
        const auto [raw, size] = next_of(text);
        const std::string_view bytes = text.substr(0, size);
        text.remove_prefix(size);
        if (is_unseen(raw) || is_apostrophe(raw)) continue;
        const char32_t c = folded(raw);
        // "s.t.o.p": a dot between letters ends nothing, so only one before a blank does.
        const bool inside = c == U'.' && is_letter(before) && !text.empty() &&
                            is_letter(folded(next_of(text).first));
        before = c;
        if (is_letter(c)) {
            word += static_cast<char>(c);
            continue;
        }
        const auto accent =
            std::find_if(kAccents.begin(), kAccents.end(),
                         [c = c](const Fold& fold) { return c >= fold.from && c <= fold.to; });
        if (accent != kAccents.end()) {
            word += accent->letters;
            before = U'a';
            continue;
        }
        end_word();
        if (ends_sentence(c) && !inside) {
            out.emplace_back();
        } else if (is_han(c)) {
            out.back().han += bytes;
        } else if (c == 0x1f6d1 || c == 0x26d4 || c == 0x1f6ab) {  // signs that say no
            out.back().words.emplace_back("stop");
        }
    }
    end_word();
    for (Sentence& sentence : out)
        join_letters(sentence.words);
    return out;
}

// ---- words

using Words = std::span<const std::string_view>;

/// Where a word can mean nothing but leaving, even in a long sentence.
constexpr std::string_view kLeave[] = {
    "en:unsubscribe",   "en:unsubscrib",     "en:unsub",         "en:unsuscribe",
    "en:unsubcribe",    "en:optout",         "en:stopall",       "de:abbestellen",
    "de:abbestelle",    "de:austragen",      "de:abmelden",      "de:abmeldung",
    "fr:desabonner",    "fr:desabonnez",     "fr:desabonne",     "fr:desinscrire",
    "fr:desinscrivez",  "fr:desinscription", "fr:desabonnement", "es:desuscribir",
    "es:desuscribirme", "es:desuscribirse",  "es:desuscribanme", "pt:descadastrar",
    "it:disiscrivimi",  "it:disiscrivermi"};

/// The same of several words in a row.
constexpr std::string_view kLeavePhrases[] = {"en:stop texting",
                                              "en:stop messaging",
                                              "en:stop sending",
                                              "en:stop contacting",
                                              "en:stop spamming",
                                              "en:stop bothering",
                                              "en:stop harassing",
                                              "en:stop these",
                                              "en:stop all messages",
                                              "en:stop all texts",
                                              "en:stop your",
                                              "en:quit texting",
                                              "en:quit messaging",
                                              "en:quit sending",
                                              "en:opt out",
                                              "en:opt me out",
                                              "en:opting out",
                                              "en:take me off",
                                              "en:remove me from",
                                              "en:remove my number",
                                              "en:remove this number",
                                              "en:remove my phone",
                                              "en:delete my number",
                                              "en:lose my number",
                                              "en:leave me alone",
                                              "en:get me off",
                                              "en:cancel my subscription",
                                              "en:cancel subscription",
                                              "en:cancel these",
                                              "en:no more texts",
                                              "en:no more messages",
                                              "en:no more sms",
                                              "en:dont text me",
                                              "en:do not text",
                                              "en:dont message me",
                                              "en:do not message",
                                              "en:dont contact",
                                              "en:do not contact",
                                              "en:never text me",
                                              "en:never contact me",
                                              "en:dont send me any",
                                              "en:do not send me any",
                                              "en:dont send any",
                                              "en:do not send any",
                                              "en:stop sms",
                                              "en:stop spam",
                                              "en:wrong number",
                                              "en:revoke my consent",
                                              "en:revoke consent",
                                              "en:withdraw my consent",
                                              "en:i revoke",
                                              "en:do not disturb me",
                                              "en:dont want these",
                                              "en:dont want your texts",
                                              "en:dont want your messages",
                                              "en:do not want these",
                                              "en:dont want to receive",
                                              "en:dont want to get",
                                              "en:do not want to receive",
                                              "en:no longer want to receive",
                                              "en:no longer wish to receive",
                                              "de:keine sms mehr",
                                              "de:keine nachrichten mehr",
                                              "de:keine werbung",
                                              "de:keine weiteren",
                                              "de:nicht mehr schreiben",
                                              "de:nicht mehr anschreiben",
                                              "de:nicht mehr kontaktieren",
                                              "de:schreibt mir nicht",
                                              "de:schreiben sie mir nicht",
                                              "de:lasst mich in ruhe",
                                              "de:lassen sie mich in ruhe",
                                              "de:lass mich in ruhe",
                                              "de:hort auf",
                                              "de:horen sie auf",
                                              "de:nichts mehr schicken",
                                              "de:nichts mehr bekommen",
                                              "de:nicht mehr bekommen",
                                              "de:nicht mehr erhalten",
                                              "de:loscht meine nummer",
                                              "de:loschen sie meine nummer",
                                              "de:meine nummer loschen",
                                              "de:falsche nummer",
                                              "de:melden sie mich ab",
                                              "de:meldet mich ab",
                                              "de:melde mich ab",
                                              "de:tragt mich aus",
                                              "de:tragen sie mich aus",
                                              "fr:ne plus recevoir",
                                              "fr:plus recevoir",
                                              "fr:plus de sms",
                                              "fr:plus de messages",
                                              "fr:plus de pub",
                                              "fr:menvoyez plus",
                                              "fr:nenvoyez plus",
                                              "fr:mecrivez plus",
                                              "fr:me contactez plus",
                                              "fr:laissez moi tranquille",
                                              "fr:arretez de",
                                              "fr:arreter de menvoyer",
                                              "fr:arretez les",
                                              "fr:mauvais numero",
                                              "fr:faux numero",
                                              "fr:retirez moi",
                                              "fr:supprimez mon numero",
                                              "fr:enlevez moi",
                                              "fr:stop sms",
                                              "fr:stop pub",
                                              "es:no mas mensajes",
                                              "es:no mas sms",
                                              "es:no me envien mas",
                                              "es:no me envie mas",
                                              "es:no enviar mas",
                                              "es:no me manden mas",
                                              "es:no quiero mas",
                                              "es:no quiero recibir",
                                              "es:no deseo recibir",
                                              "es:no me escriban",
                                              "es:no me contacten",
                                              "es:dar de baja",
                                              "es:darme de baja",
                                              "es:darse de baja",
                                              "es:deme de baja",
                                              "es:denme de baja",
                                              "es:dame de baja",
                                              "es:quiero la baja",
                                              "es:dejen de enviar",
                                              "es:deje de enviar",
                                              "es:dejen de escribirme",
                                              "es:dejenme en paz",
                                              "es:numero equivocado",
                                              "es:borren mi numero",
                                              "es:quitenme de",
                                              "es:paren de",
                                              "es:cancelar suscripcion",
                                              "es:cancelar la suscripcion",
                                              "it:non inviatemi piu",
                                              "it:basta messaggi",
                                              "pt:nao quero mais",
                                              "pt:pare de"};

/// Enough when nothing else stands in the sentence but what adds nothing.
constexpr std::string_view kStop[] = {
    "stop",        "stopp",          "stpo",          "sotp",          "stip",
    "stoop",       "stop1",          "en:stopit",     "en:quit",       "en:end",
    "en:cancel",   "en:revoke",      "en:remove",     "en:leave",      "en:unsubscribed",
    "en:optout",   "en:discontinue", "en:cease",      "en:desist",     "en:enough",
    "en:unfollow", "en:opt-out",     "de:halt",       "de:aufhoren",   "de:schluss",
    "de:ende",     "de:kundigen",    "de:kundigung",  "de:loschen",    "de:beenden",
    "de:genug",    "fr:arret",       "fr:arreter",    "fr:arretez",    "fr:arrete",
    "fr:resilier", "fr:resiliation", "fr:fin",        "fr:annuler",    "fr:supprimer",
    "fr:assez",    "es:alto",        "es:parar",      "es:pare",       "es:paren",
    "es:para",     "es:baja",        "es:cancelar",   "es:cancele",    "es:cancelen",
    "es:detener",  "es:detengan",    "es:detenganse", "es:basta",      "es:salir",
    "es:eliminar", "es:anular",      "it:annulla",    "it:cancellami", "it:ferma",
    "pt:sair",     "pt:remover",     "nl:afmelden",   "nl:stoppen",    "zh:td",
    "zh:t",        "zh:tdd",         "zh:r",          "zh:n",          "zh:qx",
    "zh:tuiding"};

constexpr std::string_view kStart[] = {
    "start",         "en:unstop",    "en:subscribe",   "en:resubscribe", "en:resume",
    "en:optin",      "en:restart",   "de:anmelden",    "de:starten",     "de:abonnieren",
    "de:fortsetzen", "fr:commencer", "fr:reprendre",   "fr:abonner",     "fr:mabonner",
    "fr:sabonner",   "fr:demarrer",  "es:alta",        "es:iniciar",     "es:empezar",
    "es:comenzar",   "es:suscribir", "es:suscribirme", "es:reanudar"};
constexpr std::string_view kStartPhrases[] = {"en:opt in",    "en:sign me up",    "en:start again",
                                              "en:opt me in", "es:darme de alta", "es:dar de alta"};

constexpr std::string_view kHelp[] = {"help",     "en:info", "en:information", "en:support",
                                      "de:hilfe", "fr:aide", "es:ayuda",       "es:auxilio"};

/// What adds nothing to a wish: politeness, who and what it is about, and when.
constexpr std::string_view kIdle[] = {
    "please", "pls", "plz", "plse", "now", "thanks", "thank", "you", "u", "ty", "ok", "okay", "hi",
    "hello", "hey", "sir", "madam", "kindly", "me", "this", "it", "all", "message", "messages",
    "msg", "msgs", "text", "texts", "sms", "spam", "these", "those", "my", "number", "phone",
    "from", "your", "list", "lists", "i", "im", "want", "would", "like", "need", "wish", "asap",
    "at", "once", "immediately", "right", "away", "just", "subscription", "service", "services",
    "ads", "marketing", "can", "could", "will", "the", "to", "and", "alerts", "notifications",
    "promotions", "advertising", "already", "said", "again", "really", "seriously", "fuck",
    "fucking", "fing", "shit", "off", "yes", "sending", "texting", "messaging", "calling",
    "contacting", "bothering", "spamming", "2", "4", "every", "everything", "any", "more",
    "anymore", "no", "get", "of", "reply", "for", "do", "am", "in",
    // German
    "bitte", "danke", "mich", "mir", "ich", "will", "mochte", "moechte", "jetzt", "sofort", "das",
    "die", "den", "der", "diese", "dieses", "nachrichten", "nachricht", "werbung", "newsletter",
    "mit", "endlich", "hallo", "alle", "abo", "sie", "vom", "von", "euch", "ihr", "auf", "damit",
    "vielen", "dank",
    // French
    "svp", "stp", "sil", "vous", "te", "plait", "merci", "je", "veux", "voudrais", "moi", "de",
    "le", "les", "des", "la", "ces", "ce", "cette", "tous", "tout", "tout", "suite", "maintenant",
    "bonjour", "pub", "publicite", "envoi", "envois", "abonnement", "souhaite", "vos",
    // Spanish
    "por", "favor", "gracias", "quiero", "ya", "los", "las", "el", "estos", "este", "esto",
    "mensajes", "mensaje", "ahora", "mismo", "hola", "suscripcion", "publicidad", "mi", "numero",
    "deseo", "se", "y", "per", "favore", "grazie", "obrigado"};

/// With one of these before it no wish is one.
constexpr std::string_view kDeny[] = {"not",    "dont",   "never", "wont",    "didnt",
                                      "doesnt", "cant",   "nicht", "kein",    "keine",
                                      "pas",    "jamais", "nunca", "without", "non"};

std::string_view language_in(std::string_view entry) {
    return entry.size() > 3 && entry[2] == ':' ? entry.substr(0, 2) : std::string_view();
}

std::string_view word_in(std::string_view entry) {
    return entry.size() > 3 && entry[2] == ':' ? entry.substr(3) : entry;
}

std::optional<std::string_view> entry_of(Words words, std::string_view word) {
    for (const std::string_view entry : words) {
        if (word_in(entry) == word) return entry;
    }
    return std::nullopt;
}

bool is_one_of(Words words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_denied(const std::vector<std::string>& words, std::size_t at) {
    const std::size_t from = at > 3 ? at - 3 : 0;
    for (std::size_t i = from; i < at; ++i) {
        if (is_one_of(kDeny, words[i])) return true;
    }
    return false;
}

std::optional<std::string_view> phrase_in(const std::vector<std::string>& words, Words phrases) {
    std::string all = " ";
    for (const std::string& word : words)
        all.append(word).append(" ");
    for (const std::string_view entry : phrases) {
        const std::string_view phrase = word_in(entry);
        std::string wanted(" ");
        wanted.append(phrase).append(" ");
        const std::size_t found = all.find(wanted);
        if (found == std::string::npos) continue;
        const auto before = static_cast<std::size_t>(
            std::count(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(found), ' '));
        if (!is_denied(words, before)) return entry;
    }
    return std::nullopt;
}

/// The word of the sentence that is among `words`, when all the others add nothing.
std::optional<std::string_view> nothing_but(const Sentence& sentence, Words words) {
    std::optional<std::string_view> found;
    if (!sentence.han.empty()) return std::nullopt;
    // A lone letter is an answer only when it stands alone.
    for (const std::string& word : sentence.words) {
        const auto entry = entry_of(words, word);
        if (entry && (word.size() > 1 || sentence.words.size() == 1)) {
            if (!found) found = entry;
        } else if (!is_one_of(kIdle, word)) {
            return std::nullopt;
        }
    }
    return found;
}

// ---- Chinese, Japanese, Korean

constexpr std::string_view kHanStop[] = {
    "退订",   "退訂",     "取消订阅", "取消訂閱", "取消关注", "拒收",     "不要再发",   "不要再發",
    "别再发", "別再發",   "停止发送", "停止發送", "停止推送", "停发",     "勿扰",       "勿擾",
    "别发了", "別發了",   "不要发",   "不要發",   "别发短信", "別發短信", "不接收",     "不再接收",
    "不想收", "不想再收", "停止订阅", "停止訂閱", "移除我",   "删除我的", "刪除我的",   "别骚扰",
    "別騷擾", "不要骚扰", "不要騷擾", "请勿发送", "请勿打扰", "請勿打擾", "不需要短信", "打错了",
    "发错人", "配信停止", "수신거부"};
constexpr std::string_view kHanStopAlone[] = {"退",   "停",     "停止",   "取消", "拒绝",
                                              "拒絕", "不要",   "不要了", "滚",   "滾",
                                              "解除", "停止了", "中止",   "거부", "중지"};
constexpr std::string_view kHanDeny[] = {"不要", "别",   "別", "没有", "沒有",
                                         "不是", "不想", "没", "不",   "未"};
constexpr std::string_view kHanStartAlone[] = {
    "订阅", "訂閱", "恢复", "恢復", "恢复订阅", "恢復訂閱", "重新订阅", "重新訂閱", "开始", "開始"};
constexpr std::string_view kHanHelpAlone[] = {"帮助", "幫助", "帮忙", "求助", "ヘルプ", "도움말"};
constexpr std::string_view kHanIdle[] = {"回复", "回覆", "請",   "请",   "谢谢", "謝謝",
                                         "吧",   "了",   "我要", "我想", "你好", "您好",
                                         "短信", "马上", "立即", "全部", "啊"};

/// What is left when all that adds nothing is taken away.
std::string bare(std::string han) {
    for (const std::string_view idle : kHanIdle) {
        for (std::size_t at = han.find(idle); at != std::string::npos; at = han.find(idle))
            han.erase(at, idle.size());
    }
    return han;
}

bool asks_to_stop_in_han(const std::string& han) {
    for (const std::string_view phrase : kHanStop) {
        const std::size_t at = han.find(phrase);
        if (at == std::string::npos) continue;
        const std::string_view before = std::string_view(han).substr(0, at);
        const bool denied = std::any_of(std::begin(kHanDeny), std::end(kHanDeny),
                                        [&](std::string_view no) { return before.ends_with(no); });
        if (!denied) return true;
    }
    return false;
}

Heard heard_in(const Sentence& sentence) {
    const auto as = [](Wish wish, std::string_view entry) {
        return Heard{wish, language_in(entry)};
    };
    const auto& words = sentence.words;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto entry = entry_of(kLeave, words[i]);
        if (entry && !is_denied(words, i)) return as(Wish::stop, *entry);
    }
    if (const auto entry = phrase_in(words, kLeavePhrases)) return as(Wish::stop, *entry);
    if (const auto entry = nothing_but(sentence, kStop)) return as(Wish::stop, *entry);
    if (!sentence.han.empty()) {
        if (asks_to_stop_in_han(sentence.han)) return {Wish::stop, "zh"};
        const std::string core = bare(sentence.han);
        if (words.empty() && is_one_of(kHanStopAlone, core)) return {Wish::stop, "zh"};
        // "回复TD": the letters are what is said.
        if (words.size() == 1 && core.empty() && entry_of(kStop, words.front()))
            return {Wish::stop, "zh"};
        if (words.empty() && is_one_of(kHanStartAlone, core)) return {Wish::start, "zh"};
        if (words.empty() && is_one_of(kHanHelpAlone, core)) return {Wish::help, "zh"};
        return {};
    }
    if (const auto entry = nothing_but(sentence, kStart)) return as(Wish::start, *entry);
    for (const std::string_view entry : kStartPhrases) {
        const std::string_view phrase = word_in(entry);
        if (words.size() <= 5 && phrase_in(words, std::span(&entry, 1)) &&
            words.front() == phrase.substr(0, phrase.find(' ')))
            return as(Wish::start, entry);
    }
    if (const auto entry = nothing_but(sentence, kHelp)) return as(Wish::help, *entry);
    return {};
}

}  // namespace

Heard hear(std::string_view text) {
    Heard best;
    for (const Sentence& sentence : sentences_of(text)) {
        const Heard one = heard_in(sentence);
        // To stop weighs more than anything else that is said.
        if (one.wish == Wish::stop) return one;
        if (best.wish == Wish::none) best = one;
    }
    return best;
}

std::string_view confirmation(const Heard& heard, std::string_view number, const HelpTexts& help) {
    std::string_view language = heard.language;
    constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kCountries{
        {{"+86", "zh"},
         {"+852", "zh"},
         {"+886", "zh"},
         {"+853", "zh"},
         {"+49", "de"},
         {"+43", "de"},
         {"+33", "fr"},
         {"+34", "es"},
         {"+52", "es"},
         {"+54", "es"},
         {"+57", "es"},
         {"+56", "es"}}};
    if (language.empty()) {
        for (const auto& [front, spoken] : kCountries) {
            if (number.starts_with(front)) language = spoken;
        }
    }
    if (heard.wish == Wish::help)
        return language == "zh" && !help.chinese.empty() ? help.chinese : help.text;
    const bool stop = heard.wish == Wish::stop;
    if (!stop && heard.wish != Wish::start) return {};
    if (language == "zh")
        return stop ? "您已退订,不会再收到短信。回复START可恢复。"
                    : "您已恢复接收短信。回复TD可退订。";
    if (language == "de") {
        return stop ? "Sie sind abgemeldet und bekommen keine SMS mehr. Antworten Sie START, um "
                      "wieder "
                      "welche zu bekommen."
                    : "Sie bekommen wieder SMS. Antworten Sie STOP, um sie abzubestellen.";
    }
    if (language == "fr") {
        return stop ? "Vous êtes désinscrit et ne recevrez plus de SMS. Répondez START pour en "
                      "recevoir à nouveau."
                    : "Vous recevrez à nouveau des SMS. Répondez STOP pour ne plus en recevoir.";
    }
    if (language == "es") {
        return stop ? "Se ha dado de baja y no recibirá más SMS. Responda START para volver a "
                      "recibirlos."
                    : "Volverá a recibir SMS. Responda STOP para darse de baja.";
    }
    return stop ? "You are unsubscribed and will get no more texts. Reply START to get them again."
                : "You will get texts again. Reply STOP to unsubscribe.";
}

}  // namespace journey::connectors::inbound
