package dev.lethe.checks;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.EvaluationResult;
import dev.lethe.checks.HouseRules.Wall;
import dev.lethe.planted.app.Prints;
import dev.lethe.planted.audit.Deserializes;
import dev.lethe.planted.audit.DrawsBits;
import dev.lethe.planted.audit.KnowsDefences;
import dev.lethe.planted.audit.Names;
import dev.lethe.planted.audit.PhonesHome;
import dev.lethe.planted.audit.TakesNativeMemory;
import dev.lethe.planted.audit.Talks;
import dev.lethe.planted.audit.first.Hen;
import dev.lethe.planted.audit.membership.MembershipView;
import dev.lethe.planted.audit.membership.Peeks;
import dev.lethe.planted.audit.membership.Referee;
import dev.lethe.planted.audit.membership.ShadowStore;
import dev.lethe.planted.audit.membership.attacks.Guesses;
import dev.lethe.planted.audit.membership.attacks.PeeksFromAside;
import dev.lethe.planted.audit.report.ReadsTheKey;
import dev.lethe.planted.audit.second.Egg;
import dev.lethe.planted.core.Heavy;
import dev.lethe.planted.core.Light;
import dev.lethe.planted.core.random.Draws;
import dev.lethe.planted.intake.Fetches;
import dev.lethe.planted.nn.OwnsNativeMemory;
import dev.lethe.planted.protect.Custodian;
import dev.lethe.planted.protect.DrawsItsNoise;
import dev.lethe.planted.protect.KnowsAttacks;
import dev.lethe.planted.protect.Noise;
import dev.lethe.planted.protect.SeedsItsNoise;
import dev.lethe.planted.protect.Uncharged;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The house keeps its walls, every wall was looked at from the whole house, and every wall can be seen to fail. */
class HouseRulesTest {
    /** The modules that are published; bench and checks are tools of the build and may print. */
    private static final List<String> MODULES = List.of("core", "nn", "intake", "audit", "protect", "app");

    private static final JavaClasses HOUSE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.lethe");

    static List<Wall> walls() {
        return new HouseRules("dev.lethe").walls();
    }

    @ParameterizedTest
    @MethodSource("walls")
    void everyWallStands(Wall wall) {
        wall.rule().check(HOUSE);
    }

    /** A rule that sees half of the house finds half of the holes. */
    @Test
    void everySourceFileOfEveryModuleWasLookedAt() throws IOException {
        Set<String> seen = HOUSE.stream().map(JavaClass::getName).collect(Collectors.toSet());
        Set<String> missing = new TreeSet<>();
        for (String module : MODULES) {
            Path sources = root().resolve(module).resolve("src/main/java");
            List<String> names = classNames(sources);
            assertThat(names).as("source files of " + module).isNotEmpty();
            names.stream().filter(name -> !seen.contains(name)).forEach(missing::add);
        }
        assertThat(missing)
                .as("source files whose classes the rules have not seen")
                .isEmpty();
    }

    @Test
    void noModuleOfTheBuildIsForgotten() throws IOException {
        List<String> modules = Files.readString(root().resolve("pom.xml"))
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith("<module>"))
                .map(line -> line.replaceAll("</?module>", ""))
                .filter(module -> !Set.of("checks", "bench").contains(module))
                .toList();
        assertThat(modules).containsExactlyInAnyOrderElementsOf(MODULES);
    }

    @Test
    void noClassOfTheTestsIsTakenForTheHouse() {
        assertThat(HOUSE.contain(Heavy.class)).isFalse();
        assertThat(HOUSE.contain(HouseRules.class)).isFalse();
    }

    /**
     * Classes of the planted house, looked at alone.
     *
     * @param wall the one that they are planted for
     * @param guilty whether they break it or show what it allows
     */
    record Planted(String wall, boolean guilty, List<Class<?>> classes) {
        static Planted guilty(String wall, Class<?>... classes) {
            return new Planted(wall, true, List.of(classes));
        }

        static Planted innocent(String wall, Class<?>... classes) {
            return new Planted(wall, false, List.of(classes));
        }

        @Override
        public String toString() {
            return classes.stream().map(Class::getSimpleName).collect(Collectors.joining(" and "))
                    + (guilty ? " breaks '" : " keeps '") + wall + "'";
        }
    }

    static List<Planted> planted() {
        List<Planted> planted = new ArrayList<>(List.of(
                Planted.guilty("core is light", Heavy.class),
                Planted.innocent("core is light", Light.class),
                Planted.guilty("audit does not know protect", KnowsDefences.class),
                Planted.innocent("audit does not know protect", KnowsAttacks.class),
                Planted.guilty("protect does not know audit", KnowsAttacks.class),
                Planted.innocent("protect does not know audit", KnowsDefences.class),
                Planted.guilty("native memory", TakesNativeMemory.class),
                Planted.innocent("native memory", OwnsNativeMemory.class),
                Planted.guilty("attacks do not see the answer key", Peeks.class),
                Planted.guilty("attacks do not see the answer key", PeeksFromAside.class),
                Planted.innocent("attacks do not see the answer key", Guesses.class),
                Planted.guilty("the answer key has few readers", ReadsTheKey.class),
                Planted.innocent("the answer key has few readers", Referee.class, ShadowStore.class),
                Planted.guilty("the attacker's view keeps no answer key", MembershipView.class),
                Planted.innocent("the attacker's view keeps no answer key", Referee.class, ShadowStore.class),
                Planted.innocent("randomness", Draws.class, DrawsBits.FromAStream.class),
                Planted.guilty("no seeded noise", SeedsItsNoise.class),
                Planted.innocent("no seeded noise", DrawsItsNoise.class),
                Planted.guilty("no release without a charge", Uncharged.ThroughTheInterface.class),
                Planted.guilty("no release without a charge", Uncharged.ThroughAnImplementation.class),
                Planted.innocent("no release without a charge", Custodian.class),
                Planted.guilty("no mechanism runs without a charge", Noise.AskedDirectly.class),
                Planted.guilty("no mechanism runs without a charge", Noise.ByAReference.class),
                Planted.innocent("no mechanism runs without a charge", Noise.Twice.class, Noise.Custodian.class),
                Planted.guilty("no deserialization", Deserializes.FromAStream.class),
                Planted.guilty("no deserialization", Deserializes.FromXml.class),
                Planted.guilty("no deserialization", Deserializes.Itself.class),
                Planted.guilty("no hooks of deserialization", Deserializes.ByAHook.class),
                Planted.innocent("libraries do not talk", Prints.class),
                Planted.innocent("nothing phones home", Fetches.class, PhonesHome.ReadsAResource.class),
                Planted.guilty("no cycles", Hen.class, Egg.class),
                Planted.innocent("no cycles", Referee.class, Guesses.class, ReadsTheKey.class),
                Planted.innocent(
                        "names say something", Names.ScoreUtility.class, Names.AbstractionOfSimpleScores.class),
                Planted.guilty("nullness is stated", Talks.class),
                Planted.innocent("nullness is stated", Draws.class, packageInfo("dev.lethe.planted.core.random"))));
        nestedIn(DrawsBits.class)
                .filter(type -> type != DrawsBits.FromAStream.class)
                .forEach(type -> planted.add(Planted.guilty("randomness", type)));
        nestedIn(Talks.class).forEach(type -> planted.add(Planted.guilty("libraries do not talk", type)));
        nestedIn(PhonesHome.class)
                .filter(type -> type != PhonesHome.ReadsAResource.class)
                .forEach(type -> planted.add(Planted.guilty("nothing phones home", type)));
        nestedIn(Names.class)
                .filter(type -> !Set.of(Names.ScoreUtility.class, Names.AbstractionOfSimpleScores.class)
                        .contains(type))
                .forEach(type -> planted.add(Planted.guilty("names say something", type)));
        return planted;
    }

    @ParameterizedTest
    @MethodSource("planted")
    void everyWallSeesWhatBreaksItAndNothingElse(Planted planted) {
        Wall wall = new HouseRules("dev.lethe.planted")
                .walls().stream()
                        .filter(candidate -> candidate.name().equals(planted.wall()))
                        .findFirst()
                        .orElseThrow();
        EvaluationResult result = wall.rule().evaluate(new ClassFileImporter().importClasses(planted.classes()));
        assertThat(result.hasViolation())
                .as(() -> result.getFailureReport().toString())
                .isEqualTo(planted.guilty());
    }

    @Test
    void everyWallHasItsViolator() {
        assertThat(planted().stream().filter(Planted::guilty).map(Planted::wall).collect(Collectors.toSet()))
                .isEqualTo(walls().stream().map(Wall::name).collect(Collectors.toSet()));
    }

    /** The rule goes by name: the door must still be called what the rule looks for. */
    @Test
    void theDangerousDoorIsWhereTheRuleLooks() {
        assertThat(HOUSE.get("dev.lethe.core.random.NoiseSource").getMethods())
                .anyMatch(method -> method.getName().equals("insecure"));
    }

    @Test
    void everyWallSaysWhy() {
        assertThat(walls())
                .allSatisfy(wall -> assertThat(wall.rule().getDescription()).contains(", because "));
    }

    private static Stream<Class<?>> nestedIn(Class<?> type) {
        return Arrays.stream(type.getDeclaredClasses());
    }

    private static Class<?> packageInfo(String name) {
        try {
            return Class.forName(name + ".package-info");
        } catch (ClassNotFoundException e) {
            throw new AssertionError("the planted house has a package-info in " + name, e);
        }
    }

    private static List<String> classNames(Path sources) throws IOException {
        if (!Files.isDirectory(sources)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(sources)) {
            return files.map(file -> sources.relativize(file).toString())
                    .filter(file -> file.endsWith(".java"))
                    .map(file -> file.substring(0, file.length() - ".java".length())
                            .replace(java.io.File.separatorChar, '.'))
                    .toList();
        }
    }

    private static Path root() {
        return Path.of(System.getProperty("lethe.root", ".."));
    }
}
