package dev.lethe.planted.audit;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URL;
import java.net.http.HttpClient;
import java.nio.channels.SocketChannel;

/** Every way to tell somebody. */
public final class PhonesHome {
    private PhonesHome() {}

    /** {@link Socket}. */
    public static final class BySocket {
        private BySocket() {}

        public static Socket call() throws IOException {
            return new Socket("localhost", 9);
        }
    }

    /** {@link SocketChannel}. */
    public static final class ByChannel {
        private ByChannel() {}

        public static SocketChannel call() throws IOException {
            return SocketChannel.open();
        }
    }

    /** A name that is looked up. */
    public static final class ByName {
        private ByName() {}

        public static int call() {
            return new InetSocketAddress("localhost", 9).getPort();
        }
    }

    /** {@link URL}. */
    public static final class ByUrl {
        private ByUrl() {}

        public static InputStream call(URL url) throws IOException {
            return url.openStream();
        }
    }

    /** {@link HttpClient}. */
    public static final class ByHttp {
        private ByHttp() {}

        public static Object call() {
            return HttpClient.newHttpClient();
        }
    }

    /** Allowed: a file of our own jar. */
    public static final class ReadsAResource {
        private ReadsAResource() {}

        public static boolean there() throws IOException {
            try (InputStream in = ReadsAResource.class.getResourceAsStream("a")) {
                return in != null;
            }
        }
    }
}
