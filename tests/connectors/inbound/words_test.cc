// What people answer to a text, as they write it.

#include "connectors/inbound/inbound.h"

#include <catch2/catch.hpp>

using namespace journey::connectors::inbound;

namespace {

struct Said {
    Wish wish;
    std::string_view text;
};

constexpr Wish kStop = Wish::stop;
constexpr Wish kStart = Wish::start;
constexpr Wish kHelp = Wish::help;
constexpr Wish kNone = Wish::none;

constexpr Said kSaid[] = {
    // One word, as the carriers and the FCC list them.
    {kStop, "STOP"},
    {kStop, "stop"},
    {kStop, "Stop."},
    {kStop, "stop!"},
    {kStop, "STOP!!!"},
    {kStop, "stop..."},
    {kStop, "\"STOP\""},
    {kStop, "  Stop  \r\n"},
    {kStop, "'stop'"},
    {kStop, "(stop)"},
    {kStop, "*STOP*"},
    {kStop, "STOPALL"},
    {kStop, "Stop all"},
    {kStop, "UNSUBSCRIBE"},
    {kStop, "unsub"},
    {kStop, "CANCEL"},
    {kStop, "END"},
    {kStop, "QUIT"},
    {kStop, "quit."},
    {kStop, "REVOKE"},
    {kStop, "OPTOUT"},
    {kStop, "Opt out"},
    {kStop, "opt-out"},
    {kStop, "OPT OUT PLEASE"},
    {kStop, "remove"},
    {kStop, "Remove me"},
    {kStop, "STOPP"},
    {kStop, "stpo"},
    {kStop, "STOP🛑"},
    {kStop, "🛑"},
    {kStop, "⛔️"},
    // Dressed up.
    {kStop, "S T O P"},
    {kStop, "S.T.O.P."},
    {kStop, "s-t-o-p"},
    {kStop, "ＳＴＯＰ"},
    {kStop, "ｓｔｏｐ"},
    {kStop, "ＴＤ"},
    {kStop, "Ⓢⓣⓞⓟ"},
    {kStop, "𝐒𝐓𝐎𝐏"},
    {kStop, "st\u200bop"},
    {kStop, "\u202estop"},
    {kStop, "\ufeffSTOP"},
    {kStop, "s\u0301top"},
    {kStop, "STÔP"},
    // With what people put around it.
    {kStop, "STOP PLEASE"},
    {kStop, "please stop"},
    {kStop, "Pls stop"},
    {kStop, "ok stop"},
    {kStop, "Stop it"},
    {kStop, "stop this"},
    {kStop, "STOP NOW"},
    {kStop, "stop thanks"},
    {kStop, "Stop, thank you"},
    {kStop, "hi, please stop, thanks"},
    {kStop, "I said stop"},
    {kStop, "I said STOP already!"},
    {kStop, "stop stop stop"},
    {kStop, "stop\nstop\nstop"},
    {kStop, "STOP\n\nSent from my iPhone"},
    {kStop, "Stop. Who is this?"},
    {kStop, "Who is this? Stop."},
    {kStop, "I never signed up for this. STOP"},
    {kStop, "Cancel please"},
    {kStop, "End this now"},
    {kStop, "quit it"},
    {kStop, "can you stop"},
    {kStop, "could you please stop?"},
    {kStop, "I want to stop"},
    {kStop, "reply stop"},
    {kStop, "STOP to all"},
    {kStop, "stop spam"},
    {kStop, "fucking stop"},
    // Sentences.
    {kStop, "stop texting me"},
    {kStop, "Please stop texting me!"},
    {kStop, "please stop texting me, I am not interested in shoes"},
    {kStop, "Can you stop texting me at night"},
    {kStop, "how do I stop these messages"},
    {kStop, "Stop sending me messages about the sale"},
    {kStop, "stop contacting this number"},
    {kStop, "stop messaging me every day"},
    {kStop, "quit texting me"},
    {kStop, "Unsubscribe me"},
    {kStop, "unsubscribe me from this list please"},
    {kStop, "I want to unsubscribe"},
    {kStop, "how do i unsubscribe?"},
    {kStop, "Please unsubscribe my wife's phone too"},
    {kStop, "UNSUBSCRIBE!!! this is the third time"},
    {kStop, "I'd like to opt out of these"},
    {kStop, "opt me out"},
    {kStop, "take me off your list"},
    {kStop, "Take me off this list or I call my lawyer"},
    {kStop, "remove me from your list"},
    {kStop, "Please remove my number"},
    {kStop, "remove this number from whatever this is"},
    {kStop, "delete my number"},
    {kStop, "lose my number"},
    {kStop, "leave me alone"},
    {kStop, "no more texts"},
    {kStop, "No more messages please"},
    {kStop, "Don't text me"},
    {kStop, "don’t text me again"},
    {kStop, "do not text this number again"},
    {kStop, "Do not contact me"},
    {kStop, "dont message me anymore"},
    {kStop, "never text me again"},
    {kStop, "I don't want these"},
    {kStop, "I don't want to receive this stuff"},
    {kStop, "I no longer wish to receive texts"},
    {kStop, "Don't send me any more of this"},
    {kStop, "cancel my subscription"},
    {kStop, "I revoke my consent"},
    {kStop, "I withdraw my consent to be contacted"},
    {kStop, "wrong number"},
    {kStop, "You have the wrong number"},
    {kStop, "Stop spamming me you people"},
    {kStop, "stop bothering me"},
    {kStop, "please get me off this"},
    // German.
    {kStop, "Stopp"},
    {kStop, "STOPP bitte"},
    {kStop, "Bitte stop"},
    {kStop, "Abmelden"},
    {kStop, "abmelden bitte"},
    {kStop, "Ich möchte mich abmelden"},
    {kStop, "bitte abmelden, danke"},
    {kStop, "Bitte melden Sie mich ab"},
    {kStop, "Abbestellen"},
    {kStop, "Newsletter abbestellen"},
    {kStop, "Bitte austragen"},
    {kStop, "Kündigen"},
    {kStop, "Abo kündigen"},
    {kStop, "Keine SMS mehr"},
    {kStop, "Bitte keine SMS mehr!"},
    {kStop, "Ich will keine Nachrichten mehr"},
    {kStop, "keine Werbung bitte"},
    {kStop, "Bitte nicht mehr schreiben"},
    {kStop, "Hört auf"},
    {kStop, "hören sie auf damit"},
    {kStop, "Lasst mich in Ruhe"},
    {kStop, "Löschen Sie meine Nummer"},
    {kStop, "Falsche Nummer"},
    {kStop, "Schluss jetzt"},
    {kStop, "AUFHÖREN!!"},
    // French.
    {kStop, "ARRET"},
    {kStop, "Arrêt"},
    {kStop, "Arrêtez"},
    {kStop, "arrêtez svp"},
    {kStop, "STOP svp"},
    {kStop, "Stop merci"},
    {kStop, "stop s'il vous plaît"},
    {kStop, "Désabonnement"},
    {kStop, "Je veux me désabonner"},
    {kStop, "désabonnez-moi"},
    {kStop, "Désinscription"},
    {kStop, "me désinscrire svp"},
    {kStop, "Je ne veux plus recevoir vos messages"},
    {kStop, "ne plus recevoir"},
    {kStop, "Plus de SMS"},
    {kStop, "ne m'envoyez plus rien"},
    {kStop, "Ne me contactez plus"},
    {kStop, "arrêtez de m'écrire"},
    {kStop, "laissez-moi tranquille"},
    {kStop, "Résilier"},
    {kStop, "mauvais numéro"},
    {kStop, "STOP PUB"},
    // Spanish.
    {kStop, "ALTO"},
    {kStop, "Baja"},
    {kStop, "BAJA por favor"},
    {kStop, "Parar"},
    {kStop, "pare ya"},
    {kStop, "Cancelar"},
    {kStop, "cancelar suscripción"},
    {kStop, "Quiero darme de baja"},
    {kStop, "dar de baja"},
    {kStop, "Deme de baja por favor"},
    {kStop, "Desuscribir"},
    {kStop, "No más mensajes"},
    {kStop, "no me envíen más mensajes"},
    {kStop, "No quiero recibir más"},
    {kStop, "no deseo recibir esto"},
    {kStop, "Dejen de enviar mensajes"},
    {kStop, "detener"},
    {kStop, "¡Basta!"},
    {kStop, "¡ALTO!"},
    {kStop, "número equivocado"},
    {kStop, "Salir"},
    // Chinese.
    {kStop, "TD"},
    {kStop, "td"},
    {kStop, "Td。"},
    {kStop, "T"},
    {kStop, "t"},
    {kStop, "R"},
    {kStop, "N"},
    {kStop, "n."},
    {kStop, "退订"},
    {kStop, "退訂"},
    {kStop, "退订!"},
    {kStop, "【退订】"},
    {kStop, "退 订"},
    {kStop, "回复TD退订"},
    {kStop, "回T退订"},
    {kStop, "回复TD"},
    {kStop, "TD退订"},
    {kStop, "T退订"},
    {kStop, "请退订"},
    {kStop, "我要退订"},
    {kStop, "我想退订你们的短信"},
    {kStop, "怎么退订"},
    {kStop, "取消订阅"},
    {kStop, "取消 订阅"},
    {kStop, "请取消订阅,谢谢"},
    {kStop, "取消訂閱"},
    {kStop, "取消"},
    {kStop, "拒收"},
    {kStop, "拒收请回复R"},
    {kStop, "不要再发了"},
    {kStop, "不要再发短信给我"},
    {kStop, "别再发了"},
    {kStop, "别发了!"},
    {kStop, "停止发送"},
    {kStop, "停止"},
    {kStop, "停"},
    {kStop, "退"},
    {kStop, "不要"},
    {kStop, "勿扰"},
    {kStop, "请勿打扰"},
    {kStop, "不再接收"},
    {kStop, "别骚扰我"},
    {kStop, "打错了"},
    {kStop, "取消吧,谢谢"},
    // Words that contain it, and words that mean other things.
    {kNone, "bus stop is where?"},
    {kNone, "Where is the bus stop"},
    {kNone, "The bus stop."},
    {kNone, "is this the last stop?"},
    {kNone, "nonstop"},
    {kNone, "non stop"},
    {kNone, "non-stop"},
    {kNone, "Non-stop fun!"},
    {kNone, "don't stop"},
    {kNone, "Don’t stop"},
    {kNone, "DONT STOP"},
    {kNone, "do not stop"},
    {kNone, "please don't stop"},
    {kNone, "Never stop"},
    {kNone, "don't stop texting me"},
    {kNone, "please never stop sending these"},
    {kNone, "Don't unsubscribe me"},
    {kNone, "I did not unsubscribe"},
    {kNone, "I didn't opt out"},
    {kNone, "stopped"},
    {kNone, "stopping by later"},
    {kNone, "I will stop by tomorrow"},
    {kNone, "can I stop by?"},
    {kNone, "one stop shop"},
    {kNone, "pit stop"},
    {kNone, "stop sign"},
    {kNone, "stopwatch"},
    {kNone, "backstop"},
    {kNone, "doorstop"},
    {kNone, "Christopher"},
    {kNone, "I want to stop smoking"},
    {kNone, "rain won't stop today"},
    {kNone, "When does the sale end?"},
    {kNone, "weekend"},
    {kNone, "What's the end date"},
    {kNone, "cancel my order"},
    {kNone, "Can I cancel my appointment?"},
    {kNone, "I want to cancel order 123"},
    {kNone, "how do I quit smoking"},
    {kNone, "quite nice"},
    {kNone, "Yes"},
    {kNone, "no"},
    {kNone, "No thanks"},
    {kNone, "ok"},
    {kNone, "thanks!"},
    {kNone, "C"},
    {kNone, "1"},
    {kNone, "T-shirt size M"},
    {kNone, "R u there"},
    {kNone, "TD bank"},
    {kNone, ""},
    {kNone, "   "},
    {kNone, "???"},
    {kNone, "👍"},
    {kNone, "Nicht abmelden"},
    {kNone, "Bushaltestelle"},
    {kNone, "Wann ist Ende der Aktion?"},
    {kNone, "Ich habe nicht gekündigt"},
    {kNone, "J'arrive"},
    {kNone, "à quelle heure"},
    {kNone, "para mañana"},
    {kNone, "es para mi hermana"},
    {kNone, "trabajar"},
    {kNone, "baja la música del local"},
    {kNone, "不要退订"},
    {kNone, "别退订"},
    {kNone, "我没有退订"},
    {kNone, "取消订单"},
    {kNone, "我要取消订单"},
    {kNone, "停车场在哪里"},
    {kNone, "退货怎么办"},
    {kNone, "退款"},
    {kNone, "公交站在哪"},
    {kNone, "好的"},
    {kNone, "不要辣"},
    // To hear again.
    {kStart, "START"},
    {kStart, "start please"},
    {kStart, "Unstop"},
    {kStart, "SUBSCRIBE"},
    {kStart, "resume"},
    {kStart, "opt in"},
    {kStart, "sign me up"},
    {kStart, "Start again"},
    {kStart, "ＳＴＡＲＴ"},
    {kStart, "订阅"},
    {kStart, "恢复订阅"},
    {kStart, "Anmelden"},
    {kStart, "alta"},
    {kStart, "reprendre svp"},
    {kNone, "when does it start?"},
    {kNone, "the game will start at 8pm sharp"},
    {kNone, "restarted my phone"},
    {kNone, "did I subscribe to this mess"},
    // To be told who writes.
    {kHelp, "HELP"},
    {kHelp, "help!"},
    {kHelp, "Help please"},
    {kHelp, "INFO"},
    {kHelp, "Hilfe"},
    {kHelp, "aide"},
    {kHelp, "Ayuda por favor"},
    {kHelp, "帮助"},
    {kNone, "this was helpful"},
    {kNone, "can you help with my order"},
    // To stop weighs more.
    {kStop, "HELP. STOP"},
    {kStop, "start? no! stop!"},
};

}  // namespace

TEST_CASE("a wish is heard in any plausible phrasing, and in no other", "[inbound][words]") {
    STATIC_REQUIRE(std::size(kSaid) > 250);
    for (const Said& said : kSaid) {
        INFO(said.text);
        CHECK(static_cast<int>(hear(said.text).wish) == static_cast<int>(said.wish));
    }
}

TEST_CASE("what asks to stop still does with blanks, signs and other letters around it",
          "[inbound][words]") {
    for (const Said& said : kSaid) {
        if (said.wish != kStop) continue;
        for (const std::string& dressed :
             {" " + std::string(said.text), std::string(said.text) + "\n",
              std::string(said.text) + " .", std::string(said.text) + "\u200b",
              "\xff" + std::string(said.text)}) {
            INFO(dressed);
            CHECK(hear(dressed).wish == kStop);
        }
    }
}

TEST_CASE("any bytes may be heard", "[inbound][words]") {
    std::uint32_t state = 7;
    for (int round = 0; round < 2000; ++round) {
        std::string text;
        for (int i = 0; i < round % 40; ++i) {
            state = state * 1664525u + 1013904223u;
            text += static_cast<char>(state >> 24);
        }
        CHECK(hear(text) == hear(text));
    }
    CHECK(hear(std::string(1'000'000, 's')).wish == kNone);
    CHECK(hear(std::string(100'000, ' ') + "stop").wish == kNone);
    CHECK(hear("\xe9").wish == kNone);
    CHECK(hear("\xf0\x9f").wish == kNone);
}

TEST_CASE("the answer is in the language of the wish, or of the number's country",
          "[inbound][words]") {
    CHECK(hear("退订").language == "zh");
    CHECK(hear("TD").language == "zh");
    CHECK(hear("abmelden").language == "de");
    CHECK(hear("Arrêtez").language == "fr");
    CHECK(hear("baja").language == "es");
    CHECK(hear("stop texting me").language == "en");
    CHECK(hear("STOP").language.empty());
    const auto answer = [](std::string_view text, std::string_view number) {
        return std::string(confirmation(hear(text), number));
    };
    CHECK(answer("STOP", "+12025550100").starts_with("You are unsubscribed"));
    CHECK(answer("STOP", "+4917012345678").starts_with("Sie sind abgemeldet"));
    CHECK(answer("STOP", "+33612345678").starts_with("Vous"));
    CHECK(answer("STOP", "+34612345678").starts_with("Se ha dado"));
    CHECK(answer("STOP", "+8613800000000").starts_with("您已退订"));
    CHECK(answer("stop texting me", "+4917012345678").starts_with("You are"));
    CHECK(answer("START", "+12025550100").starts_with("You will get texts"));
    CHECK(answer("hello", "+12025550100").empty());
    CHECK(answer("HELP", "+12025550100").empty());
    const HelpTexts help{"Shop: call 1-800-555. STOP ends.", "小店：回复TD退订"};
    CHECK(confirmation(hear("HELP"), "+12025550100", help) == help.text);
    CHECK(confirmation(hear("帮助"), "+12025550100", help) == help.chinese);
    CHECK(confirmation(hear("HELP"), "+8613800000000", help) == help.chinese);
    CHECK(confirmation(hear("帮助"), "+8613800000000", {help.text, ""}) == help.text);
    CHECK(confirmation(hear("hello"), "+12025550100", help).empty());
    CHECK(confirmation(hear("STOP"), "+12025550100", help).starts_with("You are unsubscribed"));
}
