package dev.lethe.app;

import dev.lethe.nn.Cnn;
import dev.lethe.nn.LogisticRegression;
import dev.lethe.nn.Mlp;
import dev.lethe.nn.NetworkTrainer;
import dev.lethe.nn.ResNet;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The recipes that the command line offers: a new one is one constant here. */
enum Recipe {
    LOGISTIC("logistic", "Multinomial logistic regression.", List.of()) {
        @Override
        NetworkTrainer trainer(RecipeFlags flags) {
            return new LogisticRegression(flags.optimization());
        }
    },
    MLP("mlp", "Multilayer perceptron with rectified linear units.", List.of("--width", "--dropout")) {
        @Override
        NetworkTrainer trainer(RecipeFlags flags) {
            return new Mlp(flags.width(), flags.dropout(), flags.optimization());
        }
    },
    CNN("cnn", "Small convolutional network for images.", List.of("--channels", "--width", "--dropout")) {
        @Override
        NetworkTrainer trainer(RecipeFlags flags) {
            if (flags.width().size() != 1) {
                throw new IllegalArgumentException(
                        "--width must be one number for the cnn recipe, got " + flags.width());
            }
            return new Cnn(flags.channels(), flags.width().get(0), flags.dropout(), flags.optimization());
        }
    },
    RESNET("resnet", "Residual network with group normalization for images.", List.of("--channels", "--blocks")) {
        @Override
        NetworkTrainer trainer(RecipeFlags flags) {
            return new ResNet(flags.channels(), flags.blocks(), flags.optimization());
        }
    };

    private final String id;
    private final String summary;
    private final List<String> ownFlags;

    Recipe(String id, String summary, List<String> ownFlags) {
        this.id = id;
        this.summary = summary;
        this.ownFlags = ownFlags;
    }

    abstract NetworkTrainer trainer(RecipeFlags flags);

    String id() {
        return id;
    }

    String summary() {
        return summary;
    }

    /** Whether it takes images only. */
    boolean isForImages() {
        return this == CNN || this == RESNET;
    }

    /** Flags that only some recipes take, this one among them. */
    List<String> ownFlags() {
        return ownFlags;
    }

    static Optional<Recipe> find(String id) {
        return Arrays.stream(values()).filter(recipe -> recipe.id.equals(id)).findFirst();
    }

    static String ids() {
        return String.join(", ", Arrays.stream(values()).map(Recipe::id).toList());
    }
}
