// Checks the signature of a native webhook with nothing but Java 17:
//   SECRET=whsec_… java samples/verify/Verify.java ID TIMESTAMP SIGNATURES < body
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Verify {
    static boolean isGenuine(String secret, String id, String timestamp, String signatures, byte[] body, long now)
            throws GeneralSecurityException {
        try {
            if (Math.abs(now - Long.parseLong(timestamp)) > 300) return false; // an old one, sent again by somebody else
        } catch (NumberFormatException notANumber) {
            return false;
        }
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.substring("whsec_".length())), "HmacSHA256"));
        mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
        byte[] expected = ("v1," + Base64.getEncoder().encodeToString(mac.doFinal(body))).getBytes(StandardCharsets.UTF_8);
        boolean isGenuine = false;
        for (String one : signatures.split(" ")) isGenuine |= MessageDigest.isEqual(expected, one.getBytes(StandardCharsets.UTF_8));
        return isGenuine;
    }

    public static void main(String[] args) throws Exception {
        long now = System.currentTimeMillis() / 1000;
        boolean isGenuine = isGenuine(System.getenv("SECRET"), args[0], args[1], args[2], System.in.readAllBytes(), now);
        System.out.println(isGenuine ? "genuine" : "forged");
    }
}
