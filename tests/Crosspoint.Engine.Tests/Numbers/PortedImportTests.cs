using System.IO.Compression;
using System.Text;
using Crosspoint.Engine.Numbers;
using Crosspoint.Sms.Numbers;
using Crosspoint.TestKit;

namespace Crosspoint.Engine.Tests.Numbers;

public sealed class PortedImportTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("crosspoint-ported-").FullName;
    private readonly ManualTimeProvider _time = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Run_NumbersRangesAndPrefixes_AreFound()
    {
        PortedImportResult result = Import(
            """
            number,from,to,prefix,network
            +4915112345678,,,,26202
            ,+4915120000000,+4915129999999,,262-03
            ,,,+4917,26201
            """);
        result.IsImported.ShouldBeTrue();
        result.Rows.ShouldBe(3);
        Find("+4915112345678").ShouldBe("26202");
        Find("+4915112345679").ShouldBe("");
        Find("+4915120000000").ShouldBe("26203");
        Find("+4915129999999").ShouldBe("26203");
        Find("+4915130000000").ShouldBe("");
        Find("+49171").ShouldBe("", "too short to be a number");
        Find("+491712345678").ShouldBe("26201");
        Find("+4917123456789").ShouldBe("26201", "a prefix holds numbers of any length");
        Find("+491812345678").ShouldBe("");
    }

    [Fact]
    public void Run_Overlaps_TheNarrowestThenTheLaterCounts()
    {
        Import(
            """
            from;to;prefix;number;network
            ;;;+4915112345678;26202
            ;;+4915;;26201
            +4915112345600;+4915112345699;;;26203
            ;;+49151;;26205
            ;;;+4915112345690;26206
            ;;;+4915112345690;26207
            """);
        Find("+4915112345678").ShouldBe("26202");
        Find("+4915112345677").ShouldBe("26203");
        Find("+4915112345699").ShouldBe("26203");
        Find("+4915112345700").ShouldBe("26205");
        Find("+4915212345678").ShouldBe("26201");
        Find("+4915112345690").ShouldBe("26207");
    }

    [Fact]
    public void Run_CrossingRanges_TheNarrowerCountsWhereBothDo()
    {
        Import(
            """
            from,to,network
            +4915110000000,+4915110000599,26201
            +4915110000500,+4915110000800,26202
            """);
        Find("+4915110000499").ShouldBe("26201");
        Find("+4915110000500").ShouldBe("26202");
        Find("+4915110000800").ShouldBe("26202");
        Find("+4915110000801").ShouldBe("");
    }

    [Fact]
    public void Run_BadRows_AreToldAndNothingIsImported()
    {
        Import("number,network\n+4915112345678,26202\n");
        PortedImportResult result = Import(
            """
            number,from,to,prefix,network
            +4915112345678,,,,26299999
            0151,,,,26201
            ,+4915120000000,+491512000000,,26201
            ,+4915120000009,+4915120000000,,26201
            ,,,,26201
            +4915112345678,,,+49151,26201
            +4915112345678,,,,
            ,,,+4915112345678901,26201
            "+4915112345678,,,,26201
            +4915112345678,,,,26201
            """);
        result.IsImported.ShouldBeFalse();
        result.Rows.ShouldBe(10);
        result.BadRows.ShouldBe(9);
        result.Errors.Select(error => error.Line).ShouldBe([2, 3, 4, 5, 6, 7, 8, 9, 10]);
        result.Errors[0].Reason.ShouldContain("five or six digits");
        result.Errors[0].Text.ShouldBe("+4915112345678,,,,26299999");
        result.Errors[1].Reason.ShouldContain("7 to 15 digits");
        result.Errors[2].Reason.ShouldContain("differ in length");
        result.Errors[3].Reason.ShouldContain("ends before it begins");
        result.Errors[4].Reason.ShouldContain("no number, range or prefix");
        result.Errors[5].Reason.ShouldContain("more than one of");
        result.Errors[6].Reason.ShouldContain("no network");
        result.Errors[7].Reason.ShouldContain("prefix");
        result.Errors[8].Reason.ShouldContain("quotation mark");
        Find("+4915112345678").ShouldBe("26202", "what was imported before stands");
        Directory.GetFiles(_directory, "*.tmp").ShouldBeEmpty();
    }

    [Fact]
    public void Run_AsManyBadRowsAsMayBe_ImportsTheRest()
    {
        const string Text = "number,network\n+4915112345678,26202\nnobody,26202\n";
        Import(Text, options => options with { MostBadRows = 1 }).IsImported.ShouldBeTrue();
        Find("+4915112345678").ShouldBe("26202");
        Import(Text + "nobody,1\n", options => options with { MostBadRows = 1, MostErrors = 1 }).Errors.Count.ShouldBe(1);
    }

    [Fact]
    public void Run_DryRun_WritesNothing()
    {
        PortedImportResult result = Import("number,network\n+4915112345678,26202\n+4915112345679,26202\n+4915112345670,none\n", options => options with { IsDryRun = true });
        result.IsImported.ShouldBeFalse();
        result.Rows.ShouldBe(3);
        result.BadRows.ShouldBe(0);
        result.Networks.ShouldBe([new(Id("26202"), 2), new(default, 1)]);
        Directory.GetFiles(_directory, "*.ported").ShouldBeEmpty();
    }

    [Fact]
    public void Run_Addition_OverridesWhatWasThereAndClearsWithNone()
    {
        Import("number,prefix,network\n+4915112345678,,26202\n+4915112345679,,26202\n,+4917,26201\n");
        PortedImportResult result = Import(
            "number,prefix,network\n+4915112345678,,26203\n+4915112345679,,none\n,+49171,26203\n", options => options with { IsAddition = true });
        result.IsImported.ShouldBeTrue();
        Find("+4915112345678").ShouldBe("26203");
        Find("+4915112345679").ShouldBe("");
        Find("+491712345678").ShouldBe("26203");
        Find("+491722345678").ShouldBe("26201");
        Import("number,network\n+4915112345600,26201\n");
        Find("+4915112345678").ShouldBe("", "without addition the file takes the place of all");
    }

    [Fact]
    public void Run_MoreRowsThanFitIntoMemory_GivesTheSame()
    {
        var random = new Random(7);
        var expected = new Dictionary<ulong, string>();
        var text = new StringBuilder("msisdn;mccmnc\n");
        string[] networks = ["26201", "26202", "26203", "310260"];
        for (int i = 0; i < 20_000; i++)
        {
            ulong number = 491_510_000_000 + (ulong)random.Next(30_000);
            string network = networks[random.Next(networks.Length)];
            expected[number] = network;
            text.Append('+').Append(number).Append(';').Append(network).Append('\n');
        }

        PortedImportResult result = Import(text.ToString(), options => options with { RowsInMemory = 777 });
        result.Rows.ShouldBe(20_000);
        using PortedIndex index = Open();
        for (ulong number = 491_510_000_000; number < 491_510_030_000; number++)
        {
            index.TryFind(E164.FromDigits(number), out NetworkId network);
            network.ToString().ShouldBe(expected.GetValueOrDefault(number, ""), number.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        result.Entries.ShouldBe(expected.Count);
        Directory.GetFiles(_directory, "*.tmp").ShouldBeEmpty();
    }

    [Fact]
    public void Run_RandomPrefixesAndRanges_AgreeWithASlowSearch()
    {
        var random = new Random(11);
        var rows = new List<(ulong From, ulong To, string Network)>();
        var text = new StringBuilder("from,to,network\n");
        for (int i = 0; i < 400; i++)
        {
            ulong from = 4_915_110_000 + (ulong)random.Next(3_000);
            ulong to = from + (ulong)random.Next(1 + (i % 300));
            string network = $"262{random.Next(10):00}";
            rows.Add((from, to, network));
            text.Append('+').Append(from).Append(",+").Append(to).Append(',').Append(network).Append('\n');
        }

        Import(text.ToString()).IsImported.ShouldBeTrue();
        using PortedIndex index = Open();
        for (ulong number = 4_915_109_990; number < 4_915_113_400; number++)
        {
            (ulong From, ulong To, string Network)[] fit = [.. rows.Where(row => row.From <= number && number <= row.To)];
            string expected = "";
            if (fit.Length > 0)
            {
                ulong narrowest = fit.Min(row => row.To - row.From);
                expected = fit.Last(row => row.To - row.From == narrowest).Network;
            }

            index.TryFind(E164.FromDigits(number), out NetworkId network);
            network.ToString().ShouldBe(expected, number.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public void Run_MappedColumnsAndNames_AreRead()
    {
        var names = new Dictionary<string, NetworkId> { ["D001"] = Id("26201"), ["d009"] = Id("26202") };
        PortedImportResult result = Import(
            "\"MSISDN, national\"|Operator\n151 12345678|D001\n\"151-12345679\"|\"D009\"\n",
            options => options with { Columns = new() { Number = "msisdn, national", Network = "2" }, CallingCode = 49, Names = names });
        result.Problem.ShouldBe("");
        result.IsImported.ShouldBeTrue();
        Find("+4915112345678").ShouldBe("26201");
        Find("+4915112345679").ShouldBe("26202");
        Import("49151 12345678\t262\t03\n", options => options with { HasHeader = false, Columns = new() { Number = "1", Mcc = "2", Mnc = "3" } })
            .IsImported.ShouldBeTrue();
        Find("+4915112345678").ShouldBe("26203");
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("number,network\n", "has no rows")]
    [InlineData("a,b\n1,2\n", "no column has numbers")]
    [InlineData("number,b\n1,2\n", "no column has networks")]
    [InlineData("from,network\n1,2\n", "'from' and 'to'")]
    [InlineData("number,mcc\n1,2\n", "'mcc' and 'mnc'")]
    public void Run_FileWithoutItsColumns_IsRefused(string text, string problem)
    {
        PortedImportResult result = Import(text);
        result.IsImported.ShouldBeFalse();
        result.Problem.ShouldContain(problem);
        Directory.GetFiles(_directory, "*.ported").ShouldBeEmpty();
    }

    [Fact]
    public void Run_ColumnThatIsNotThere_IsRefusedWithTheHeader() =>
        Import("number,network\n1,2\n", options => options with { Columns = new() { Number = "phone" } })
            .Problem.ShouldBe("there is no column 'phone' for 'number'; the header has: number, network");

    [Fact]
    public void Run_BinaryAndEndlessLines_AreBadRows()
    {
        PortedImportResult result = Import($"number,network\n{new string('x', 300_000)}\n\0\u0001\u0002,1\n+4915112345678,26201");
        result.BadRows.ShouldBe(2);
        result.Rows.ShouldBe(3);
        result.Errors[0].Reason.ShouldContain("longer than");
    }

    [Fact]
    public void Run_CompressedFileWithByteOrderMarkAndCarriageReturns_IsRead()
    {
        string file = Path.Combine(_directory, "in.csv.gz");
        using (var zipped = new GZipStream(File.Create(file), CompressionLevel.Fastest))
            zipped.Write(Encoding.UTF8.GetBytes("\uFEFFNumber,Network\r\n\r\n+4915112345678,26202\r\n"));
        PortedImport.Run(new() { Directory = _directory, Source = "test", File = file }, _time, null, CancellationToken.None)
            .IsImported.ShouldBeTrue();
        Find("+4915112345678").ShouldBe("26202");
    }

    [Fact]
    public void Run_Canceled_LeavesWhatWasThere()
    {
        Import("number,network\n+4915112345678,26202\n");
        using var cancel = new CancellationTokenSource();
        string file = Path.Combine(_directory, "in.csv");
        File.WriteAllText(file, "number,network\n+4915112345678,26203\n");
        Should.Throw<OperationCanceledException>(() => PortedImport.Run(
            new() { Directory = _directory, Source = "test", File = file }, _time,
            progress =>
            {
                if (progress.Step == PortedImportStep.Reading) cancel.Cancel();
            },
            cancel.Token));
        Find("+4915112345678").ShouldBe("26202");
        Directory.GetFiles(_directory, "*.tmp").ShouldBeEmpty();
    }

    [Fact]
    public void Run_Progress_EndsWithTheWholeOfEachStep()
    {
        string file = Path.Combine(_directory, "in.csv");
        File.WriteAllText(file, "number,network\n" + string.Concat(Enumerable.Range(0, 250_000).Select(i => $"+49151{i:00000000},26201\n")));
        var seen = new List<PortedImportProgress>();
        PortedImportResult result = PortedImport.Run(new() { Directory = _directory, Source = "test", File = file }, _time, seen.Add, CancellationToken.None);
        seen.Where(progress => progress.Step == PortedImportStep.Reading).Select(progress => progress.Rows).ShouldBe([100_000, 200_000, 250_000]);
        seen[^1].ShouldBe(new(PortedImportStep.Writing, 1, 250_000, 0));
        seen.ShouldAllBe(progress => progress.Share >= 0 && progress.Share <= 1);
        result.Entries.ShouldBe(250_000);
        result.Bytes.ShouldBe(new FileInfo(PortedImport.PathOf(_directory, "test")).Length);
    }

    [Fact]
    public void Open_DamagedFiles_AreRefusedAndDamagedBlocksFound()
    {
        Import("number,network\n" + string.Concat(Enumerable.Range(0, 1000).Select(i => $"+49151{i:00000000},26201\n")));
        string path = PortedImport.PathOf(_directory, "test");
        byte[] whole = File.ReadAllBytes(path);
        foreach (int at in (int[])[0, 4, 10, 50, 57, whole.Length - 1, whole.Length - 60])
        {
            byte[] broken = [.. whole];
            broken[at] ^= 0x40;
            File.WriteAllBytes(path, broken);
            Should.Throw<InvalidDataException>(() => PortedIndex.Open(path), $"octet {at}");
        }

        foreach (int length in (int[])[0, 10, 64, whole.Length - 1])
        {
            File.WriteAllBytes(path, whole[..length]);
            Should.Throw<InvalidDataException>(() => PortedIndex.Open(path), $"{length} octets");
        }

        whole[80] ^= 1;
        File.WriteAllBytes(path, whole);
        using PortedIndex index = PortedIndex.Open(path);
        Should.Throw<InvalidDataException>(() => index.TryFind(E164.FromDigits(4915100000001), out _));
        index.TryFind(E164.FromDigits(4915100000999), out NetworkId network).ShouldBeTrue("other blocks are whole");
        network.ToString().ShouldBe("26201");
    }

    [Fact]
    public void TryFind_Repeatedly_AllocatesNothing()
    {
        Import("number,network\n" + string.Concat(Enumerable.Range(0, 5000).Select(i => $"+49151{i:00000000},26201\n")));
        using PortedIndex index = Open();
        index.TryFind(E164.FromDigits(4915100000001), out _).ShouldBeTrue();
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool isFound = true;
        for (ulong i = 0; i < 1000; i++) isFound &= index.TryFind(E164.FromDigits(4915100000000 + i), out _);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        isFound.ShouldBeTrue();
    }

    private static NetworkId Id(string text)
    {
        NetworkId.TryParse(text, out NetworkId network).ShouldBeTrue();
        return network;
    }

    private PortedImportResult Import(string text, Func<PortedImportOptions, PortedImportOptions>? change = null)
    {
        string file = Path.Combine(_directory, "in.csv");
        File.WriteAllText(file, text);
        var options = new PortedImportOptions { Directory = _directory, Source = "test", File = file };
        return PortedImport.Run(change?.Invoke(options) ?? options, _time, null, CancellationToken.None);
    }

    private PortedIndex Open() => PortedIndex.Open(PortedImport.PathOf(_directory, "test"));

    private string Find(string number)
    {
        using PortedIndex index = Open();
        if (!E164.TryParse(number, out E164 parsed)) return "";
        return index.TryFind(parsed, out NetworkId network) ? network.ToString() : "";
    }
}
