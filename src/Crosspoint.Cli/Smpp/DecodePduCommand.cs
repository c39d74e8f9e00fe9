using System.CommandLine;
using Crosspoint.Smpp.Explain;

namespace Crosspoint.Cli.Smpp;

/// <summary><c>crosspoint decode-pdu</c>: PDUs field by field, and what is wrong with them.</summary>
internal static class DecodePduCommand
{
    public static Command Create()
    {
        var hex = new Argument<string[]>("hex")
        {
            Description = "The octets, or - to read them from standard input: plain hex, or a dump of hexdump -C, xxd, tcpdump -X or Wireshark",
            Arity = ArgumentArity.OneOrMore,
        };
        var alphabet = new Option<string>("--default-alphabet")
        {
            Description = "What data_coding 0 means",
            DefaultValueFactory = _ => "gsm",
        };
        alphabet.AcceptOnlyFromAmong([.. SmsTexts.Alphabets.Keys]);
        var showPassword = new Option<bool>("--show-password") { Description = "Show the passwords of binds, which otherwise read ********" };
        var command = new Command(
            "decode-pdu", "Explain SMPP PDUs field by field, with their sections of the standard (ends with 1 when one is broken)")
        {
            hex, alphabet, showPassword,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            string[] parts = result.GetRequiredValue(hex);
            string text = parts is ["-"]
                ? await Console.In.ReadToEndAsync(cancellationToken).ConfigureAwait(false)
                : string.Join(' ', parts);
            var options = new PduExplainOptions
            {
                ShowPasswords = result.GetValue(showPassword),
                TextDecoder = SmsTexts.Decoder(SmsTexts.Alphabets[result.GetRequiredValue(alphabet)]),
            };
            return Explain(text, options);
        });
        return command;
    }

    private static int Explain(string text, PduExplainOptions options)
    {
        if (!HexInput.TryParse(text, out byte[] octets, out string error) || octets.Length == 0)
        {
            Console.Error.WriteLine($"decode-pdu: {(error.Length > 0 ? error : "there are no octets")}");
            return ExitCodes.BadConfiguration;
        }

        IReadOnlyList<PduExplanation> pdus = PduExplainer.Explain(octets, options);
        foreach (PduExplanation pdu in pdus) pdu.Write(Console.Out);
        return pdus.All(pdu => pdu.IsSound) ? ExitCodes.Ok : ExitCodes.Failed;
    }
}
