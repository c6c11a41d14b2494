package dev.lethe.app;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints what a shell must know to complete commands and flags; picocli's own command lacks the flags of ours. */
@Command(
        name = "generate-completion",
        description = "Print a script that lets bash or zsh complete commands and flags.",
        footer = {
            "",
            "Examples:",
            "  source <(lethe generate-completion)",
            "  lethe generate-completion > ~/.local/share/bash-completion/completions/lethe"
        })
final class CompletionCommand implements Callable<Integer>, Failures.Debuggable {
    @Spec
    private CommandSpec spec;

    @Mixin
    private Common common;

    @Override
    public boolean debug() {
        return common.debug;
    }

    @Override
    public Integer call() {
        String script = AutoComplete.bash(spec.root().name(), spec.root().commandLine());
        if (common.json) {
            JsonObject result = new JsonObject();
            result.addProperty("script", script);
            System.out.println(new GsonBuilder().disableHtmlEscaping().create().toJson(result));
        } else {
            // Not println: a script with the line ends of Windows fails in strange ways.
            System.out.print(script + "\n");
        }
        return 0;
    }
}
