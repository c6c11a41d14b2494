package dev.lethe.audit.outputs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lethe.audit.outputs.OutputCondition.Kind;
import dev.lethe.audit.outputs.OutputCondition.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OutputConditionTest {
    @ParameterizedTest
    @EnumSource
    void hasItsRuleOnThePageOfRules(Kind kind) throws IOException {
        Path page = Path.of(System.getProperty("lethe.root", "..")).resolve("docs/math/outputs.md");
        assertThat(Files.readString(page)).contains("`" + kind + "`");
    }

    @ParameterizedTest
    @EnumSource
    void hasAFigure(Kind kind) {
        assertThatThrownBy(() -> new OutputCondition(kind, Severity.NOTE, Double.NaN, "", ""))
                .hasMessageContaining("NaN");
    }
}
