package dev.lethe.nn;

/** The rule that turns gradients into steps. */
public sealed interface Optimizer {
    /** In words, with the learning rate: equal settings, equal words. */
    String describe(double learningRate);

    /** Adam (Kingma and Ba 2015) with the usual constants 0.9, 0.999 and 1e-8. */
    record Adam() implements Optimizer {
        @Override
        public String describe(double learningRate) {
            return "Adam at " + learningRate;
        }
    }

    /**
     * RMSProp (Tieleman and Hinton 2012): each parameter's gradient over the root of a decaying mean of its squares, to which 1e-8 is
     * added.
     *
     * @param decay of that mean in a step, in [0, 1); usually 0.9
     */
    record RmsProp(double decay) implements Optimizer {
        public RmsProp {
            if (!(decay >= 0 && decay < 1)) {
                throw new IllegalArgumentException("decay " + decay + " must lie in [0, 1)");
            }
        }

        @Override
        public String describe(double learningRate) {
            return "RMSProp at " + learningRate + " with decay " + decay;
        }
    }

    /**
     * Stochastic gradient descent with heavy-ball momentum: velocity = momentum * velocity + gradient, then parameter -=
     * learning rate * velocity, without dampening.
     *
     * @param momentum in [0, 1); 0 for plain gradient descent
     */
    record Sgd(double momentum) implements Optimizer {
        public Sgd {
            if (!(momentum >= 0 && momentum < 1)) {
                throw new IllegalArgumentException("momentum " + momentum + " must lie in [0, 1)");
            }
        }

        @Override
        public String describe(double learningRate) {
            return "SGD at " + learningRate + " with momentum " + momentum;
        }
    }
}
