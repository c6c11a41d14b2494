package dev.lethe.audit.membership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lethe.audit.membership.attacks.Attacks;
import dev.lethe.audit.report.Report;
import dev.lethe.core.model.Progress;
import dev.lethe.core.random.Seed;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a whole audit says where it has little to say it from. */
class MembershipAuditTest {
    private static Report run(Path folder, int shadows, int targets) {
        List<MembershipAttack> attacks =
                Stream.of("lira", "loss-threshold").map(Attacks::parse).toList();
        return new MembershipAudit(100, shadows, targets, 1, attacks, List.of(0.1), 0.95, 1e-5, 2)
                .run(
                        Games.noise(200, Seed.of(1)),
                        Games.memorizer(),
                        List.of(),
                        2,
                        folder,
                        MembershipAudit.Described.as("noise", "noise"),
                        Progress.QUIET);
    }

    @Test
    void theModelThatChoseARecordDoesNotConfirmIt(@TempDir Path folder) {
        assertThat(run(folder, 4, 1).exposed()).isNotEmpty().allSatisfy(record -> {
            assertThat(record.targetsTrained()).isZero();
            assertThat(record.targetsFlagged()).isZero();
            assertThat(record.flaggedLow()).isZero();
            assertThat(record.flaggedHigh()).isEqualTo(1);
        });
        // Each record is in 3 of the 6 models, of which the audited one is one.
        assertThat(run(folder, 4, 6).exposed()).isNotEmpty().allSatisfy(record -> assertThat(record.targetsTrained())
                .isEqualTo(2));
    }

    /** Two shadows a record leave none to rehearse with; that the other attack fixes its own threshold hides nothing. */
    @Test
    void tooFewShadowsFixNoThreshold(@TempDir Path folder) {
        Report report = run(folder, 2, 1);
        assertThat(report.findings())
                .filteredOn(finding -> finding.metric().equals("balanced-accuracy"))
                .extracting(finding -> finding.attack())
                .containsExactly("loss-threshold");
        assertThat(report.refused()).anyMatch(line -> line.startsWith("balanced accuracy and advantage"));
    }

    @Test
    void oneModelSpeaksForItselfOnly(@TempDir Path folder) {
        assertThat(run(folder, 4, 1).limits()).anyMatch(line -> line.startsWith("One model was attacked"));
        assertThat(run(folder, 4, 2).limits()).noneMatch(line -> line.startsWith("One model was attacked"));
    }
}
