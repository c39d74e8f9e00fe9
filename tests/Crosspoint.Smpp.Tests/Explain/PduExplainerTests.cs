using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Explain;
using Crosspoint.Smpp.Tests.Support;
using Crosspoint.TestKit;

namespace Crosspoint.Smpp.Tests.Explain;

/// <summary>Explanations of PDUs: each operation and each kind of fault stands with its words in explained.txt.</summary>
public sealed class PduExplainerTests
{
    private static readonly (string Title, byte[] Octets)[] Fixtures = ReadFixtures();

    [Fact]
    public void Explain_EachFixture_SaysWhatTheFileSays()
    {
        var actual = new StringBuilder();
        foreach ((string title, byte[] octets) in Fixtures)
        {
            actual.Append("== ").Append(title).Append('\n');
            foreach (char[] line in Convert.ToHexString(octets).Chunk(120)) actual.Append(line).Append('\n');
            actual.Append("--\n").Append(Write(octets));
        }

        string file = Path.Combine(AppContext.BaseDirectory, "explained.actual.txt");
        File.WriteAllText(file, actual.ToString());
        string[] lines = actual.ToString().Split('\n');
        string[] expected = File.ReadAllText(FixtureFile()).ReplaceLineEndings("\n").Split('\n');
        for (var i = 0; i < Math.Min(lines.Length, expected.Length); i++)
            lines[i].ShouldBe(expected[i], $"line {i + 1}; if the change is meant, copy {file} over the file of fixtures.");
        lines.Length.ShouldBe(expected.Length);
    }

    [Fact]
    public void Explain_EachFixture_IsJudgedAsItsTitleSays()
    {
        foreach ((string title, byte[] octets) in Fixtures)
        {
            bool isSound = PduExplainer.Explain(octets).All(pdu => pdu.IsSound);
            isSound.ShouldBe(title.StartsWith("sound: ", StringComparison.Ordinal), title);
        }
    }

    [Fact]
    public void Explain_Fixtures_HoldEveryOperation()
    {
        var seen = new HashSet<CommandId>();
        foreach ((_, byte[] octets) in Fixtures)
        {
            if (PduHeader.TryRead(octets, out PduHeader header)) seen.Add(header.CommandId);
        }

        Enum.GetValues<CommandId>().Where(id => id != CommandId.None).Except(seen).ShouldBeEmpty();
    }

    [Fact]
    public void Explain_Passwords_AreHiddenUnlessAskedFor()
    {
        foreach ((string title, byte[] octets) in Fixtures.Where(fixture => fixture.Title.Contains("bind", StringComparison.Ordinal)))
        {
            Write(octets).ShouldNotContain("secret1", Case.Sensitive, title);
            bool holdsPassword = Encoding.Latin1.GetString(octets).Contains("secret1", StringComparison.Ordinal);
            if (holdsPassword) Write(octets, new PduExplainOptions { ShowPasswords = true }).ShouldContain("secret1", Case.Sensitive, title);
        }
    }

    [Fact]
    public void Explain_TlvOfVendorWithDefinition_IsNamedAndTyped()
    {
        byte[] octets = Fixtures.Single(fixture => fixture.Title == "sound: submit_sm with many TLVs").Octets;
        var registry = new TlvRegistry([new TlvDefinition((TlvTag)0x1401, "campaign", TlvKind.UInt16)]);

        PduField field = PduExplainer.Explain(octets, new PduExplainOptions { Tlvs = registry })[0].Fields.Single(field => field.Name == "campaign");

        field.Value.ShouldBe("tag 0x1401, 2 octets: 57005 (0xDEAD)");
    }

    [Fact]
    public void Explain_TextDecoder_GetsDataCodingAndHeader()
    {
        byte[] octets = Fixtures.Single(fixture => fixture.Title == "sound: submit_sm with language tables").Octets;
        string? seen = null;
        var options = new PduExplainOptions
        {
            TextDecoder = (userData, dataCoding, headerBytes) =>
            {
                seen = $"{userData.Length} {dataCoding} {headerBytes}";
                return "read";
            },
        };

        PduExplainer.Explain(octets, options)[0].Fields.ShouldContain(field => field.Name == "text" && field.Value == "\"read\"");
        seen.ShouldBe("9 0 7");
    }

    [Fact]
    public void Explain_ControlCharacters_AreEscaped()
    {
        byte[] octets = Hex.Bytes("00000013 80000004 00000000 00000001 1B5B 00");

        Write(octets).ShouldContain("\"\\u001B[\"");
    }

    [Fact]
    public void Explain_RandomAndMutatedOctets_NeverThrowsAndEndsSoon()
    {
        var random = new Random(20_260_103);
        var clock = Stopwatch.StartNew();
        var explained = 0;
        for (var round = 0; round < 20_000; round++)
        {
            byte[] octets = round % 2 == 0 ? Mutated(random) : Noise(random);
            foreach (PduExplanation pdu in PduExplainer.Explain(octets))
            {
                explained++;
                pdu.Fields.ShouldNotBeEmpty();
                pdu.Fields.Count.ShouldBeLessThan(16 + (4 * octets.Length));
                if (pdu.Fields.Any(field => field.Offset < pdu.Offset || field.Offset > octets.Length)) throw new InvalidOperationException("outside");
                pdu.Write(TextWriter.Null);
            }
        }

        explained.ShouldBeGreaterThan(10_000);
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void Explain_CutAnywhere_IsAlwaysAFault()
    {
        foreach ((string title, byte[] octets) in Fixtures.Where(fixture => fixture.Title.StartsWith("sound: ", StringComparison.Ordinal)))
        {
            for (var length = 1; length < octets.Length; length++)
            {
                bool isCutBetween = title == "sound: two PDUs" && length == 16;
                if (isCutBetween) continue;
                PduExplainer.Explain(octets.AsMemory(0, length)).All(pdu => pdu.IsSound).ShouldBeFalse($"{title} cut to {length}");
            }
        }
    }

    [Fact]
    public void Explain_SoundForTheExplainer_IsSoundForTheDecoder()
    {
        foreach ((string title, byte[] octets) in Fixtures.Where(fixture => fixture.Title.StartsWith("sound: submit_sm", StringComparison.Ordinal)))
        {
            PduHeader.TryRead(octets, out PduHeader header);
            if (header.CommandId != CommandId.SubmitSm) continue;
            Smpp.Pdus.SubmitSm.TryRead(octets.AsSpan(PduHeader.Bytes), out _).IsOk.ShouldBeTrue(title);
        }
    }

    private static byte[] Noise(Random random)
    {
        var octets = new byte[random.Next(0, 200)];
        random.NextBytes(octets);

        // Half of it begins as a PDU does, or little beyond the header would be met.
        if (octets.Length >= PduHeader.Bytes && random.Next(2) == 0)
        {
            CommandId[] ids = Enum.GetValues<CommandId>();
            new PduHeader((uint)octets.Length, ids[random.Next(ids.Length)], CommandStatus.Ok, 1).Write(octets);
        }

        return octets;
    }

    private static byte[] Mutated(Random random)
    {
        byte[] octets = [.. Fixtures[random.Next(Fixtures.Length)].Octets];
        for (int changes = random.Next(1, 5); changes > 0; changes--)
        {
            int at = random.Next(octets.Length);
            octets[at] = random.Next(3) switch { 0 => (byte)random.Next(256), 1 => 0, _ => 0xFF };
        }

        if (random.Next(3) == 0) octets = octets[..random.Next(octets.Length + 1)];
        if (random.Next(3) == 0 && octets.Length >= 4) BinaryPrimitives.WriteInt32BigEndian(octets, octets.Length);
        return octets;
    }

    private static string Write(byte[] octets, PduExplainOptions? options = null)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        foreach (PduExplanation pdu in PduExplainer.Explain(octets, options)) pdu.Write(writer);
        return writer.ToString();
    }

    private static string FixtureFile() => Repository.PathOf("tests", "Crosspoint.Smpp.Tests", "Explain", "explained.txt");

    private static (string Title, byte[] Octets)[] ReadFixtures() =>
        [.. File.ReadAllText(FixtureFile()).ReplaceLineEndings("\n").Split("== ", StringSplitOptions.RemoveEmptyEntries).Select(part =>
        {
            int line = part.IndexOf('\n', StringComparison.Ordinal);
            int end = part.IndexOf("\n--\n", StringComparison.Ordinal);
            return (part[..line], Hex.Bytes(part[line..end]));
        })];
}
