package dev.lethe.audit.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lethe.audit.report.Report.Guard;
import dev.lethe.audit.report.Report.OutputNote;
import dev.lethe.audit.report.Report.PlantedLeak;
import dev.lethe.audit.report.Report.Severity;
import dev.lethe.audit.report.Report.Sight;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When a report has a verdict, for everybody who asks. */
class ReportTest {
    private static final List<String> REASON = List.of("It could not see.");

    @Test
    void theVerdictIsThatOfTheHeadline() {
        assertThat(SampleReport.realistic().verdict()).contains(Verdict.LEAKS);
        assertThat(SampleReport.oneAttack().verdict()).contains(Verdict.REFUTES_CLAIM);
        assertThat(SampleReport.nothingFound().verdict()).contains(Verdict.NOTHING_FOUND);
    }

    @Test
    void whereNothingWasFoundByABlindAuditThereIsNone() {
        assertThat(SampleReport.blind().verdict()).isEmpty();
        assertThat(SampleReport.voided().verdict()).isEmpty();
        assertThat(SampleReport.nothingMeasured().verdict()).isEmpty();
    }

    @Test
    void whatABlindAuditFoundAllTheSameStands() {
        assertThat(withBlind(SampleReport.realistic()).verdict()).contains(Verdict.LEAKS);
        assertThat(withBlind(SampleReport.oneAttack()).verdict()).contains(Verdict.REFUTES_CLAIM);
    }

    @ParameterizedTest
    @EnumSource(Severity.class)
    void ofOddAnswersOnlyThoseThatVoidTakeTheVerdictAway(Severity severity) {
        Report report = SampleReport.withGuard(
                SampleReport.nothingFound(),
                new Guard(List.of(), List.of(new OutputNote("odd", severity, "Odd.")), List.of()));

        assertThat(report.verdict().isPresent()).isEqualTo(severity != Severity.VOIDS);
        assertThat(report.blindness()).isEqualTo(severity == Severity.VOIDS ? List.of("Odd.") : List.of());
        assertThat(report.verdict(report.findings().get(0))).isEqualTo(report.verdict());
    }

    @Test
    void aFindingHasNoVerdictIfItsOwnAttackWasBlindAndFoundNothing() {
        Report report = SampleReport.nothingFound();
        Finding finding = report.findings().get(0);
        Report other = SampleReport.withGuard(report, missed("lira"));
        Report own = SampleReport.withGuard(report, missed(finding.attack()));
        Report leaking = SampleReport.withGuard(SampleReport.realistic(), missed("lira"));

        assertThat(other.verdict(finding)).contains(Verdict.NOTHING_FOUND);
        assertThat(own.verdict(finding)).isEmpty();
        assertThat(leaking.verdict(leaking.findings().get(0))).contains(Verdict.LEAKS);
    }

    private static Guard missed(String attack) {
        return new Guard(List.of(new PlantedLeak(attack, 0.5, 0.4, 0.6, 0.99, Sight.MISSED)), List.of(), REASON);
    }

    private static Report withBlind(Report report) {
        return SampleReport.withGuard(report, new Guard(List.of(), List.of(), REASON));
    }
}
