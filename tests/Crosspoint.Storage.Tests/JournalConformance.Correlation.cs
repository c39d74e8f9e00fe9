using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Tests;

public abstract partial class JournalConformance
{
    private async Task<IReadOnlyList<CorrelationHit>> LookUpAsync(string vendorId, string group = Sample.Group)
    {
        IReadOnlyList<CorrelationHit> hits = [];
        await CommitAsync(transaction => hits = [.. transaction.FindCorrelated(group, vendorId)]);
        return hits;
    }

    [Theory]
    [InlineData("4f2a", "4F2A")]
    [InlineData("0e999f21", "E999F21")]
    [InlineData("00B8BE19", "b8be19")]
    [InlineData("1234567890", "00000000001234567890")]
    [InlineData("6F9619FF-8B86-D011-B42D-00C04FC964FF", "6f9619ff8b86d011b42d00c04fc964ff")]
    [InlineData("00000000-8B86-D011-B42D-00C04FC964FF", "8b86d011b42d00c04fc964ff")]
    [InlineData("4F2A", "20266")]
    [InlineData("20266", "4f2a")]
    [InlineData("004F2A", "0000020266")]
    [InlineData("FFFFFFFFFFFFFFFF", "18446744073709551615")]
    [InlineData(" abc-1 ", "ABC-1")]
    [InlineData("0", "0000")]
    public async Task FindCorrelated_OtherFormOfTheId_FindsTheMessage(string answered, string receipted)
    {
        MessageId id = await SendAsync(answered);

        (await LookUpAsync(receipted)).ShouldHaveSingleItem().ShouldBe(new(id.Key, 0));
        await ReopenAsync();
        (await LookUpAsync(receipted)).ShouldHaveSingleItem().ShouldBe(new(id.Key, 0));
    }

    [Theory]
    [InlineData("4f2b")]
    [InlineData("20267")]
    [InlineData("")]
    [InlineData("4f2a4f2a4f2a4f2a4f2a4f2a4f2a4f2a4f2a4f2a4f2a4f2a4f2a4f2a4f2a4f2a")]
    public async Task FindCorrelated_UnknownId_FindsNothing(string vendorId)
    {
        await SendAsync("4F2A");

        (await LookUpAsync(vendorId)).ShouldBeEmpty();
        (await LookUpAsync("4F2A", "south")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Parked_OneIdInTwoSpellings_IsTakenOnce()
    {
        await CommitAsync(transaction => transaction.Park(Sample.Receipt("00ABC1", transaction.Now) with { TextId = "abc1" }));

        await CommitAsync(transaction => transaction.TakeParked(Sample.Group, "ABC1").ShouldHaveSingleItem().TextId.ShouldBe("abc1"));
        await CommitAsync(transaction => transaction.TakeParked(Sample.Group, "abc1").ShouldBeEmpty());
        await ReopenAsync();
        await CommitAsync(transaction => transaction.TakeParked(Sample.Group, "abc1").ShouldBeEmpty());
    }

    [Fact]
    public async Task Parked_TransitionThatThrowsAfterTaking_LeavesThemThere()
    {
        await CommitAsync(transaction => transaction.Park(Sample.Receipt("v-1", transaction.Now)));
        (await RunAsync(transaction =>
        {
            transaction.TakeParked(Sample.Group, "v-1").ShouldHaveSingleItem();
            throw new InvalidOperationException("on purpose");
        })).ShouldBe(StoreFailure.Rejected);

        await CommitAsync(transaction => transaction.TakeParked(Sample.Group, "v-1").ShouldHaveSingleItem());
    }

    [Fact]
    public async Task FindCorrelated_IdsThatAreEachOthersForms_AllAreFoundTheExactFormFirst()
    {
        MessageId hexadecimal = await SendAsync("4f2a");
        MessageId number = await SendAsync("20266");
        MessageId asHexadecimal = await SendAsync("131686");

        (await LookUpAsync("20266")).Select(hit => hit.Key).ShouldBe([number.Key, asHexadecimal.Key, hexadecimal.Key]);
        (await LookUpAsync("4F2A")).Select(hit => hit.Key).ShouldBe([hexadecimal.Key, number.Key]);
        await ReopenAsync();
        (await LookUpAsync("20266")).Select(hit => hit.Key).ShouldBe([number.Key, asHexadecimal.Key, hexadecimal.Key]);
    }

    [Fact]
    public async Task FindCorrelated_ExactFormUsedOften_OtherFormIsStillOffered()
    {
        MessageId hexadecimal = await SendAsync("4f2a");
        for (int i = 0; i < 12; i++) await SendAsync("20266");

        IReadOnlyList<CorrelationHit> hits = await LookUpAsync("20266");

        hits.Count.ShouldBe(9);
        hits[^1].Key.ShouldBe(hexadecimal.Key);
    }

    [Fact]
    public async Task FindCorrelated_IdUsedAgain_NewestFirstAndAtMostEight()
    {
        var keys = new List<long>();
        for (int i = 0; i < 5; i++) keys.Add((await SendAsync("again")).Key);
        keys.Reverse();

        (await LookUpAsync("again")).Select(hit => hit.Key).ShouldBe(keys);
        await ReopenAsync();
        (await LookUpAsync("again")).Select(hit => hit.Key).ShouldBe(keys);

        for (int i = 0; i < 6; i++) keys.Insert(0, (await SendAsync("again")).Key);
        (await LookUpAsync("again")).Select(hit => hit.Key).ShouldBe(keys.Take(8));
    }

    [Fact]
    public async Task FindCorrelated_OlderUseIsClosed_BothAreFound()
    {
        MessageId older = await SendAsync("wrap");
        await CommitAsync(transaction =>
        {
            Message message = transaction.Find(older.Key)!;
            Sample.Delivered(transaction, message);
            Sample.WebhookDone(transaction, message);
        });
        MessageId newer = await SendAsync("wrap");

        (await LookUpAsync("wrap")).Select(hit => hit.Key).ShouldBe([newer.Key, older.Key]);
        await CommitAsync(transaction =>
        {
            Message message = transaction.Find(newer.Key)!;
            Sample.Delivered(transaction, message);
            Sample.WebhookDone(transaction, message);
        });
        (await LookUpAsync("wrap")).Select(hit => hit.Key).ShouldBe([newer.Key, older.Key]);
    }

    [Fact]
    public async Task FindCorrelated_SegmentsOfOneMessage_EachIsFoundByItsOwnId()
    {
        MessageId id = default;
        await CommitAsync(transaction =>
        {
            Message message = Sample.AcceptAndStart(transaction);
            id = message.Id;
            for (int i = 1; i < 3; i++) message.Segments.Add(new());
            for (int i = 0; i < 3; i++) transaction.Correlate(Sample.Group, $"part-{i}", id.Key, i);
            transaction.FindCorrelated(Sample.Group, "part-1").ShouldHaveSingleItem();
        });

        await ReopenAsync();

        for (int i = 0; i < 3; i++) (await LookUpAsync($"PART-{i}")).ShouldHaveSingleItem().ShouldBe(new(id.Key, i));
    }

    [Fact]
    public async Task Correlate_SameSegmentTwice_IsOneHit()
    {
        MessageId id = await SendAsync("twice");
        await CommitAsync(transaction => transaction.Correlate(Sample.Group, "TWICE", id.Key, 0));

        (await LookUpAsync("twice")).ShouldHaveSingleItem();
        await ReopenAsync();
        await CommitAsync(transaction => transaction.Correlate(Sample.Group, "TWICE", id.Key, 0));
        (await LookUpAsync("twice")).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task TakeParked_AnyNumericForm_TakenOnceOldestFirst()
    {
        await CommitAsync(transaction =>
        {
            transaction.Park(Sample.Receipt("004F2A", transaction.Now + 2));
            transaction.Park(Sample.Receipt("4f2a", transaction.Now + 1));
            transaction.Park(Sample.Receipt("other", transaction.Now));
            transaction.Park(Sample.Receipt("4f2a", transaction.Now, group: "south"));
        });
        IReadOnlyList<ParkedReceipt> taken = [];
        await CommitAsync(transaction => taken = [.. transaction.TakeParked(Sample.Group, "20266")]);

        taken.Select(receipt => receipt.VendorId).ShouldBe(["4f2a", "004F2A"]);
        await CommitAsync(transaction => transaction.TakeParked(Sample.Group, "20266").ShouldBeEmpty());
        (await Journal.CountAsync(Token)).ParkedReceipts.ShouldBe(2);
    }

    [Fact]
    public async Task TakeParked_ExactFormIsParkedToo_EveryFormIsTaken()
    {
        await CommitAsync(transaction =>
        {
            transaction.Park(Sample.Receipt("1000", transaction.Now));
            transaction.Park(Sample.Receipt("4096", transaction.Now + 1));
            transaction.Park(Sample.Receipt("3e8", transaction.Now + 2));
        });
        await ReopenAsync();
        IReadOnlyList<ParkedReceipt> taken = [];
        await CommitAsync(transaction => taken = [.. transaction.TakeParked(Sample.Group, "1000")]);

        taken.Select(receipt => receipt.VendorId).ShouldBe(["1000", "4096", "3e8"]);
    }

    [Theory]
    [InlineData(VendorIdFormat.HexDec, "1000", "3e8")]
    [InlineData(VendorIdFormat.HexDec, "0000001000", "03E8")]
    [InlineData(VendorIdFormat.HexDec, "7", "7")]
    [InlineData(VendorIdFormat.HexDec, "340282366920938463463374607431768211455", "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF")]
    [InlineData(VendorIdFormat.DecHex, "1000", "4096")]
    [InlineData(VendorIdFormat.DecHex, "00003E8", "1000")]
    [InlineData(VendorIdFormat.DecHex, "7", "7")]
    [InlineData(VendorIdFormat.Same, "1000", "1000")]
    [InlineData(VendorIdFormat.Same, "03E8", "3e8")]
    public async Task Format_FixedPair_ThatConversionAloneCounts(VendorIdFormat format, string receipted, string answered)
    {
        // Early receipts of other formats and for other ids are there as well, and messages with every other form of the id.
        string[] others =
        [
            .. new[] { "1000", "3e8", "4096", "7", "abc" }
                .Where(id => !id.Equals(answered.TrimStart('0'), StringComparison.OrdinalIgnoreCase)),
        ];
        ParkedReceipt receipt = Sample.Receipt(receipted, Time.GetUtcNow().ToUnixTimeMilliseconds() * 1000) with { Format = format };
        await CommitAsync(transaction => transaction.Park(receipt));
        foreach (string other in others) await CommitAsync(transaction => transaction.TakeParked(Sample.Group, other).ShouldBeEmpty());
        await ReopenAsync();
        foreach (string other in others)
        {
            await SendAsync(other);
            await CommitAsync(transaction => transaction.TakeParked(Sample.Group, other).ShouldBeEmpty());
        }

        IReadOnlyList<CorrelationHit> hits = [];
        await CommitAsync(transaction => hits = [.. transaction.FindCorrelated(Sample.Group, receipted, format)]);
        hits.ShouldBeEmpty();
        MessageId id = await SendAsync(answered);
        await CommitAsync(transaction =>
        {
            transaction.FindCorrelated(Sample.Group, receipted, format).ShouldHaveSingleItem().Key.ShouldBe(id.Key);
            transaction.TakeParked(Sample.Group, answered).ShouldHaveSingleItem().ShouldBe(receipt);
        });
    }

    [Theory]
    [InlineData(VendorIdFormat.HexDec, "3e8")]
    [InlineData(VendorIdFormat.HexDec, "abc-1")]
    [InlineData(VendorIdFormat.DecHex, "abc-1")]
    public async Task Format_FixedPair_IdThatIsNoSuchNumberMatchesNothing(VendorIdFormat format, string id)
    {
        await SendAsync(id);

        await CommitAsync(transaction =>
        {
            transaction.FindCorrelated(Sample.Group, id, format).ShouldBeEmpty();
            transaction.Park(Sample.Receipt(id, transaction.Now) with { Format = format });
            transaction.TakeParked(Sample.Group, id).ShouldBeEmpty();
        });
    }

    [Fact]
    public async Task Format_TwoMessagesWhoseIdsAreEachOthersForms_EachReceiptHasItsOwn()
    {
        MessageId small = await SendAsync("3e8");
        MessageId large = await SendAsync("1000");
        await CommitAsync(transaction =>
        {
            transaction.FindCorrelated(Sample.Group, "1000", VendorIdFormat.HexDec).ShouldHaveSingleItem().Key.ShouldBe(small.Key);
            transaction.FindCorrelated(Sample.Group, "4096", VendorIdFormat.HexDec).ShouldHaveSingleItem().Key.ShouldBe(large.Key);
            transaction.FindCorrelated(Sample.Group, "3e8", VendorIdFormat.DecHex).ShouldHaveSingleItem().Key.ShouldBe(large.Key);
            transaction.FindCorrelated(Sample.Group, "1000", VendorIdFormat.Same).ShouldHaveSingleItem().Key.ShouldBe(large.Key);
            transaction.Park(Sample.Receipt("1000", transaction.Now) with { Format = VendorIdFormat.HexDec });
            transaction.Park(Sample.Receipt("4096", transaction.Now) with { Format = VendorIdFormat.HexDec });

            // In the group that parked them ...
            ParkedReceipt ofLarge = transaction.TakeParked(Sample.Group, "1000").ShouldHaveSingleItem();
            ofLarge.VendorId.ShouldBe("4096");
            transaction.Park(ofLarge);
        });

        // ... and from the file.
        await CommitAsync(transaction => transaction.TakeParked(Sample.Group, "3E8").ShouldHaveSingleItem().VendorId.ShouldBe("1000"));
        await CommitAsync(transaction => transaction.TakeParked(Sample.Group, "1000").ShouldHaveSingleItem().VendorId.ShouldBe("4096"));
    }

    [Fact]
    public async Task TakeParked_ByTheIdInTheText_AfterReopening_IsWhole()
    {
        ParkedReceipt receipt = Sample.Receipt("TLV-1", Time.GetUtcNow().ToUnixTimeMilliseconds() * 1000, "0000012345");
        await CommitAsync(transaction => transaction.Park(receipt));
        await ReopenAsync();

        await CommitAsync(transaction =>
        {
            transaction.TakeParked(Sample.Group, "12345").ShouldHaveSingleItem().ShouldBe(receipt);
            transaction.TakeParked(Sample.Group, "tlv-1").ShouldBeEmpty();
        });
        await ReopenAsync();
        await CommitAsync(transaction => transaction.TakeParked(Sample.Group, "tlv-1").ShouldBeEmpty());
    }

    [Fact]
    public async Task TakeParked_InTheGroupThatParked_IsTakenOnce()
    {
        var counts = new List<int>();
        Step[] steps =
        [
            new(transaction => transaction.Park(Sample.Receipt("early", transaction.Now))),
            new(transaction => counts.Add(transaction.TakeParked(Sample.Group, "EARLY").Count)),
            new(transaction => counts.Add(transaction.TakeParked(Sample.Group, "EARLY").Count)),
        ];
        foreach (Step step in steps) Journal.Enqueue(step);
        await steps[2].Result.WaitAsync(Token);

        counts.ShouldBe([1, 0]);
        await ReopenAsync();
        (await Journal.CountAsync(Token)).ParkedReceipts.ShouldBe(0);
    }

    [Fact]
    public async Task TakeParked_AfterThreeDays_IsNotOfferedAnyMore()
    {
        await CommitAsync(transaction => transaction.Park(Sample.Receipt("old", transaction.Now)));
        Time.Advance(TimeSpan.FromHours(71));
        await CommitAsync(transaction => transaction.Park(Sample.Receipt("young", transaction.Now)));
        Time.Advance(TimeSpan.FromHours(2));

        await CommitAsync(transaction =>
        {
            transaction.TakeParked(Sample.Group, "old").ShouldBeEmpty();
            transaction.TakeParked(Sample.Group, "young").ShouldHaveSingleItem();
        });
    }

    [Fact]
    public async Task TakeParked_TransitionRejected_StaysParked()
    {
        await CommitAsync(transaction => transaction.Park(Sample.Receipt("stay", transaction.Now)));
        (await RunAsync(transaction =>
        {
            transaction.TakeParked(Sample.Group, "stay").Count.ShouldBe(1);
            throw new InvalidOperationException("A fault of the program.");
        })).ShouldBe(StoreFailure.Rejected);

        await CommitAsync(transaction => transaction.TakeParked(Sample.Group, "stay").ShouldHaveSingleItem());
    }

    [Fact]
    public async Task KeepOrphan_IsCounted()
    {
        await CommitAsync(transaction => transaction.KeepOrphan(new("north-1", transaction.Now, "no such number", [1, 2, 3])));
        await ReopenAsync();

        (await Journal.CountAsync(Token)).Orphans.ShouldBe(1);
    }
}
