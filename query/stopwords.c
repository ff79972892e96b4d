#include "query/stopwords.h"

#include <string.h>

#include "text/analyser.h"

struct stopwords {
    const char *language;
    const char *words;
};

static const struct stopwords lists[] = {
    {"en",
     "a about after all also am an and any are as at be because been before being but "
     "by can could did do does for from had has have he her here him his how i if in "
     "into is it its just may me more most my no not of on one only or other our out "
     "over she so some such than that the their them then there these they this those "
     "to too under up us was we were what when where which while who whom whose why "
     "will with would you your "},
    {"de",
     "aber alle als also am an auch auf aus bei bin bis da damit dann das dass dem den "
     "denn der des die dies diese dieser doch du durch ein eine einem einen einer "
     "eines er es für hat hatte haben ich ihm ihn ihr ihre im in ist ja kann kein "
     "keine man mehr mein mich mit nach nicht noch nur ob oder ohne sein seine sich "
     "sie sind so über um und uns unter vom von vor war waren was wenn werden wie wir "
     "wird wurde wurden zu zum zur "},
    {"fr",
     "à au aux avec ce ces cet cette comme d dans de des du elle elles en est et été "
     "être eu il ils je l la le les leur leurs lui mais me même moi mon ne nos notre "
     "nous on ont ou où par pas plus pour qu que qui s sa sans se ses si son sont sur "
     "ta te tu un une vos votre vous y "},
    {"es",
     "a al algo ante como con contra cual cuando de del desde donde dos e el ella "
     "ellos en entre era es esa ese eso esta este esto estos fue ha hacia han hasta "
     "hay la las le les lo los más me mi muy ni no nos o otra otro para pero por "
     "porque que quien se según ser si sin sobre son su sus también te tiene todo un "
     "una uno y ya yo "},
    {"it",
     "a ad ai al alla alle anche che chi ci come con da dagli dai dal dalla dei del "
     "della delle di e ed è era fra gli ha hanno ho i il in io la le lei lo loro lui "
     "ma mi ne nei nel nella noi non o per perché più quale quando quella quello "
     "questa questo se si sia sono su sua sue sui sul sulla suo tra un una uno vi "
     "voi "},
    {"pt",
     "a ao aos as até com como da das de dele do dos e é ela ele eles em entre era "
     "essa esse esta este eu foi há isso já lhe mais mas me mesmo muito na não nas "
     "nem no nos o os ou para pela pelo por quando que quem são se sem ser seu seus "
     "só sua suas também te tem um uma "},
    {"nl",
     "aan al als bij dan dat de der die dit door een en er had heb hebben heeft hem "
     "het hij hoe hun ik in is je kan maar me meer met mij na naar niet nog nu of om "
     "ons ook op over te toch tot u uit van veel voor want waren was wat we werd wie "
     "wij worden wordt ze zich zij zijn zo zou "},
    {"ru",
     "а без бы был была были было быть в вам вас во вот все вы где да для до его ее "
     "если есть еще же за и из или им их к как ко когда кто ли мне мы на над не него "
     "нет ни но о об он она они оно от по под при с со так также там то тот у уже "
     "чем что чтобы эта эти это я "},
    {"tr",
     "ama bana bazı ben benim bir biri biz bu bunu bunun çok çünkü da daha de değil "
     "diye en gibi hem her hiç için ile ise kadar ki mı mi mu mü ne neden o olan "
     "olarak oldu on ona onlar onu onun sen siz şu tüm var ve veya ya yok "},
};

const char *stopwords_of(const char *language)
{
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        if (strcmp(lists[i].language, language) == 0) {
            return lists[i].words;
        }
    }
    return NULL;
}

bool stopwords_has(const char *list, struct bytes term)
{
    uint8_t folded[TERM_BYTES_MAX];
    for (const char *end; (end = strchr(list, ' ')); list = end + 1) {
        size_t n = analyser_fold(bytes_of(list, (size_t)(end - list)), folded);
        if (bytes_equal(bytes_of(folded, n), term)) {
            return true;
        }
    }
    return false;
}
