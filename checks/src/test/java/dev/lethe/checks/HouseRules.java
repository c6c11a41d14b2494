package dev.lethe.checks;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.elements.MethodsShouldConjunction;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The walls of the house, for a house whose packages begin with {@code root}. The root is a parameter so that the same
 * rules can be shown to fail on a house that was built badly on purpose, {@code dev.lethe.planted}.
 *
 * <p>Classes that do not exist yet are named by their name alone: such a rule is empty until they come, and holds from
 * their first day.
 */
final class HouseRules {
    private static final String NULL_MARKED = "org.jspecify.annotations.NullMarked";

    private static final Pattern EMPTY_NAME =
            Pattern.compile("(^Abstract(?![a-z]).*)|(.*(Impl|Utils?|Manager|Helper)(?![a-z]).*)");

    private final String root;

    HouseRules(String root) {
        this.root = root;
    }

    /** A rule with the short name that its planted violators are listed under. */
    record Wall(String name, ArchRule rule) {
        @Override
        public String toString() {
            return name;
        }
    }

    List<Wall> walls() {
        return List.of(
                new Wall("core is light", coreIsLight()),
                new Wall("audit does not know protect", auditDoesNotKnowProtect()),
                new Wall("protect does not know audit", protectDoesNotKnowAudit()),
                new Wall("native memory", onlyNnOwnsNativeMemory()),
                new Wall("attacks do not see the answer key", attacksDoNotSeeTheAnswerKey()),
                new Wall("the answer key has few readers", theAnswerKeyHasFewReaders()),
                new Wall("the attacker's view keeps no answer key", theViewKeepsNoAnswerKey()),
                new Wall("randomness", onlyOnePackageDrawsRandomBits()),
                new Wall("no seeded noise", noSeededNoise()),
                new Wall("no release without a charge", noReleaseWithoutACharge()),
                new Wall("no mechanism runs without a charge", noMechanismRunsWithoutACharge()),
                new Wall("no deserialization", noDeserialization()),
                new Wall("no hooks of deserialization", noHooksOfDeserialization()),
                new Wall("libraries do not talk", librariesDoNotTalk()),
                new Wall("nothing phones home", nothingPhonesHome()),
                new Wall("no cycles", noCycles()),
                new Wall("names say something", namesSaySomething()),
                new Wall("nullness is stated", nullnessIsStated()));
    }

    private ArchRule coreIsLight() {
        return classes()
                .that()
                .resideInAPackage(in("core"))
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "javax.crypto..", // of java.base, whatever its name: the cipher behind NoiseSource
                        in("core"),
                        "org.apache.commons.numbers..",
                        "org.apache.commons.statistics..",
                        "org.apache.commons.rng..",
                        "com.google.gson..",
                        "org.jspecify..")
                .allowEmptyShould(true)
                .because("a service that wants only the nouns, the accountant and the ledger takes this jar alone");
    }

    private ArchRule auditDoesNotKnowProtect() {
        return noClasses()
                .that()
                .resideInAPackage(in("audit"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(in("protect"))
                .allowEmptyShould(true)
                .because("an auditor that imports the defence is not independent; they meet in app, through a Release");
    }

    private ArchRule protectDoesNotKnowAudit() {
        return noClasses()
                .that()
                .resideInAPackage(in("protect"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(in("audit"))
                .allowEmptyShould(true)
                .because("a defence that imports the attack is tuned to it; they meet in app, through a Release");
    }

    private ArchRule onlyNnOwnsNativeMemory() {
        return noClasses()
                .that()
                .resideOutsideOfPackage(in("nn"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.bytedeco..")
                .allowEmptyShould(true)
                .because("one room owns native memory");
    }

    private ArchRule attacksDoNotSeeTheAnswerKey() {
        return noClasses()
                .that(are(assignableTo(membership("MembershipAttack")))
                        .or(resideInAPackage(root + ".audit.membership.attacks..")))
                .should()
                .dependOnClassesThat(named(membership("AnswerKey")))
                .allowEmptyShould(true)
                .because("the Referee alone knows who was in; an attack that looks is not an attack");
    }

    private ArchRule theAnswerKeyHasFewReaders() {
        return noClasses()
                .that(are(not(named(membership("AnswerKey"))))
                        .and(not(named(membership("Referee"))))
                        .and(not(named(membership("GameStore"))))
                        .and(not(named(membership("ShadowStore"))))
                        .and(not(named(membership("PredictionStore"))))
                        .and(not(named(membership("MembershipView")))))
                .should()
                .dependOnClassesThat(named(membership("AnswerKey")))
                .allowEmptyShould(true)
                .because(
                        "the Referee plays the game, the stores keep it with their models, and the MembershipView is cut from it;"
                                + " nobody else needs to know");
    }

    private ArchRule theViewKeepsNoAnswerKey() {
        return noFields()
                .that()
                .areDeclaredInClassesThat(named(membership("MembershipView")))
                .should()
                .haveRawType(named(membership("AnswerKey")))
                .allowEmptyShould(true)
                .because("the view is handed to the attack, which could look inside");
    }

    private ArchRule onlyOnePackageDrawsRandomBits() {
        return noClasses()
                .that()
                .resideOutsideOfPackage(in("core.random"))
                .should()
                .dependOnClassesThat(are(assignableTo("java.util.Random"))
                        .or(assignableTo("java.util.random.RandomGenerator"))
                        .or(resideInAnyPackage("java.util.random..", "org.apache.commons.rng.simple.."))
                        .as("draw random bits"))
                .orShould()
                .accessTargetWhere(accesses("Math.random", Set.of("java.lang.Math", "java.lang.StrictMath"), "random"))
                .orShould()
                .accessTargetWhere(accesses("UUID.randomUUID", Set.of("java.util.UUID"), "randomUUID"))
                .orShould()
                .accessTargetWhere(accesses("Collections.shuffle", Set.of("java.util.Collections"), "shuffle"))
                .allowEmptyShould(true)
                .because("every bit is either protective or reproducible, and the reader must see which");
    }

    private ArchRule noSeededNoise() {
        return noClasses()
                .should()
                .accessTargetWhere(describe(
                        "NoiseSource.insecure is called",
                        access -> access.getTargetOwner().getSimpleName().equals("NoiseSource")
                                && access.getTarget().getName().equals("insecure")))
                .allowEmptyShould(true)
                .because("seeded noise proves nothing; tests alone may ask for it");
    }

    private ArchRule noReleaseWithoutACharge() {
        return noClasses()
                .that()
                .doNotHaveSimpleName("Custodian")
                .should()
                .accessTargetWhere(describe(
                        "Defence.protect is called",
                        access -> access.getTarget().getName().equals("protect") && isDefence(access.getTargetOwner())))
                .allowEmptyShould(true)
                .because("the Custodian charges the ledger first, then runs the defence");
    }

    private ArchRule noMechanismRunsWithoutACharge() {
        return noClasses()
                .that(are(describe(
                        "neither the Custodian, nor the tester of mechanisms, nor a mechanism that is made of others",
                        type -> !Set.of("Custodian", "MechanismTester").contains(type.getSimpleName())
                                && !isMechanism(type)
                                && !type.getEnclosingClass()
                                        .map(HouseRules::isMechanism)
                                        .orElse(false))))
                .should()
                .accessTargetWhere(describe(
                        "Mechanism.release is called",
                        access ->
                                access.getTarget().getName().equals("release") && isMechanism(access.getTargetOwner())))
                .allowEmptyShould(true)
                .because(
                        "the Custodian charges the ledger before noise is drawn; a mechanism's own event covers its parts");
    }

    private ArchRule noDeserialization() {
        return noClasses()
                .should()
                .dependOnClassesThat(are(assignableTo("java.io.ObjectInput"))
                        .or(assignableTo("java.io.Externalizable"))
                        .or(assignableTo("java.beans.XMLDecoder"))
                        .or(resideInAnyPackage("java.rmi.."))
                        .as("deserialize Java objects"))
                .allowEmptyShould(true)
                .because("files and messages are hostile, and Java deserialization runs what they say");
    }

    private ArchRule noHooksOfDeserialization() {
        MethodsShouldConjunction rule = methods()
                .should(new ArchCondition<JavaMethod>("not be a hook of Java deserialization") {
                    @Override
                    public void check(JavaMethod method, ConditionEvents events) {
                        boolean hook = Set.of("readObject", "readObjectNoData", "readResolve", "readExternal")
                                .contains(method.getName());
                        events.add(new SimpleConditionEvent(
                                method, !hook, method.getDescription() + " in " + method.getSourceCodeLocation()));
                    }
                });
        return rule.allowEmptyShould(true).because("a class that is prepared for deserialization invites it");
    }

    private ArchRule librariesDoNotTalk() {
        return noClasses()
                .that(are(resideOutsideOfPackages(in("app"), in("bench"))))
                .should()
                .accessTargetWhere(accesses("standard streams", Set.of("java.lang.System"), "out", "err", "in"))
                .orShould()
                .accessTargetWhere(accesses("the console", Set.of("java.lang.System"), "console", "setOut", "setErr"))
                .orShould()
                .accessTargetWhere(accesses("exit", Set.of("java.lang.System", "java.lang.Runtime"), "exit", "halt"))
                .orShould()
                .accessTargetWhere(describe(
                        "a stack trace is printed to standard error",
                        access -> access.getTarget().getName().equals("printStackTrace")
                                && access.getTargetOwner().isAssignableTo(Throwable.class)
                                && access.getTarget().getFullName().endsWith("()")))
                .allowEmptyShould(true)
                .because("libraries do not talk and do not end the program; app does both");
    }

    private ArchRule nothingPhonesHome() {
        return noClasses()
                .that(are(resideOutsideOfPackages(in("intake"), in("transport"))))
                .should()
                .dependOnClassesThat(
                        are(resideInAnyPackage("java.net.http..", "com.sun.net.httpserver..", "javax.net.."))
                                .or(assignableTo("java.net.Socket"))
                                .or(assignableTo("java.net.ServerSocket"))
                                .or(assignableTo("java.net.DatagramSocket"))
                                .or(assignableTo("java.net.URLConnection"))
                                .or(assignableTo("java.net.InetAddress"))
                                .or(assignableTo("java.net.SocketAddress"))
                                .or(assignableTo("java.nio.channels.NetworkChannel"))
                                .as("open connections"))
                .orShould()
                .accessTargetWhere(
                        accesses("URL", Set.of("java.net.URL"), "openConnection", "openStream", "getContent"))
                .allowEmptyShould(true)
                .because("nothing phones home");
    }

    private ArchRule noCycles() {
        return slices().matching(root + ".(*).(*)..")
                .should()
                .beFreeOfCycles()
                .allowEmptyShould(true)
                .because("packages that need each other are one package");
    }

    private ArchRule namesSaySomething() {
        return noClasses()
                .should(new ArchCondition<JavaClass>("have a name like Impl, Util, Manager, Helper or Abstract") {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        events.add(new SimpleConditionEvent(
                                type, EMPTY_NAME.matcher(type.getSimpleName()).matches(), type.getDescription()));
                    }
                })
                .allowEmptyShould(true)
                .because("such a name says how a class came to be, not what it is");
    }

    private ArchRule nullnessIsStated() {
        return classes()
                .should(new ArchCondition<JavaClass>("reside in a package that is @NullMarked") {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        boolean marked = type.getPackage()
                                .tryGetPackageInfo()
                                .map(info -> info.isAnnotatedWith(NULL_MARKED))
                                .orElse(false);
                        events.add(new SimpleConditionEvent(
                                type, marked, type.getDescription() + " is in " + type.getPackageName()));
                    }
                })
                .allowEmptyShould(true)
                .because("a reader must see in the type where null may be");
    }

    private String in(String module) {
        return root + "." + module + "..";
    }

    private String membership(String simpleName) {
        return root + ".audit.membership." + simpleName;
    }

    /** The class of this name or one nested in it. */
    private static DescribedPredicate<JavaClass> named(String name) {
        return describe(
                "named " + name,
                type -> type.getName().equals(name) || type.getName().startsWith(name + "$"));
    }

    private static boolean isDefence(JavaClass type) {
        return type.getSimpleName().equals("Defence")
                || type.getAllRawInterfaces().stream()
                        .anyMatch(parent -> parent.getSimpleName().equals("Defence"));
    }

    private static boolean isMechanism(JavaClass type) {
        return type.getSimpleName().equals("Mechanism")
                || type.getAllRawInterfaces().stream()
                        .anyMatch(parent -> parent.getSimpleName().equals("Mechanism"));
    }

    private static <T> DescribedPredicate<T> not(DescribedPredicate<T> predicate) {
        return DescribedPredicate.not(predicate);
    }

    private static DescribedPredicate<JavaAccess<?>> accesses(String what, Set<String> owners, String... members) {
        Set<String> names = Set.of(members);
        return describe(
                what + " is used",
                access -> owners.contains(access.getTargetOwner().getName())
                        && names.contains(access.getTarget().getName()));
    }
}
