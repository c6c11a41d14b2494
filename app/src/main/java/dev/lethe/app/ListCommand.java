package dev.lethe.app;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.lethe.audit.Card;
import dev.lethe.audit.membership.MembershipAttack;
import dev.lethe.audit.membership.attacks.Attacks;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What there is to choose from. */
@Command(
        name = "list",
        description = "What there is to choose from.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        versionProvider = Lethe.Version.class,
        footer = {"", "Examples:", "  lethe list attacks", "  lethe list recipes --json"})
final class ListCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "missing command: attacks or recipes");
    }

    @Command(
            name = "attacks",
            description = "The attacks, their settings and their papers.",
            footer = {
                "",
                "Examples:",
                "  lethe list attacks",
                "  lethe list attacks --json",
                "",
                "Settings are changed behind colons: --attacks lira:variance=global:saturation=8"
            })
    void attacks(@Mixin Common flags) {
        JsonArray array = new JsonArray();
        for (MembershipAttack attack : Attacks.all()) {
            Card card = attack.card();
            JsonObject one = new JsonObject();
            one.addProperty("id", card.id());
            one.addProperty("name", card.name());
            one.addProperty("summary", card.summary());
            one.addProperty("paper", card.paper());
            one.addProperty("settings", Attacks.settings(attack));
            JsonArray assumptions = new JsonArray();
            card.assumptions().forEach(assumptions::add);
            one.add("assumptions", assumptions);
            array.add(one);
            if (!flags.json) {
                System.out.printf("%-22s %s%n", card.id(), card.summary());
                if (!Attacks.settings(attack).isEmpty()) {
                    System.out.printf("%-22s settings: %s%n", "", Attacks.settings(attack));
                }
                System.out.printf("%-22s %s%n%n", "", card.paper());
            }
        }
        json(flags, array);
    }

    @Command(
            name = "recipes",
            description = "The recipes and the flags that shape them.",
            footer = {"", "Examples:", "  lethe list recipes", "  lethe list recipes --json"})
    void recipes(@Mixin Common flags) {
        JsonArray array = new JsonArray();
        for (Recipe recipe : Recipe.values()) {
            JsonObject one = new JsonObject();
            one.addProperty("id", recipe.id());
            one.addProperty("summary", recipe.summary());
            one.addProperty("flags", String.join(", ", recipe.ownFlags()));
            array.add(one);
            if (!flags.json) {
                System.out.printf("%-10s %s%n", recipe.id(), recipe.summary());
                if (!recipe.ownFlags().isEmpty()) {
                    System.out.printf("%-10s %s%n", "", String.join(", ", recipe.ownFlags()));
                }
            }
        }
        if (!flags.json) {
            System.out.println(
                    "\nAll: --epochs, --learning-rate, --cosine, --momentum, --batch, --weight-decay, --early-stopping\n"
                            + "Images: --mirror-images, --move-images");
        }
        json(flags, array);
    }

    private static void json(Common flags, JsonArray array) {
        if (flags.json) {
            System.out.println(new GsonBuilder()
                    .setPrettyPrinting()
                    .disableHtmlEscaping()
                    .create()
                    .toJson(array));
        }
    }
}
