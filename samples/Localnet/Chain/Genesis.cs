using System.Globalization;
using System.Text;
using Filecoin.ChainCo.Chain;
using Filecoin.Native.Hashing;
using Filecoin.Samples.Localnet.State;
using Filecoin.Samples.Localnet.Wallet;

namespace Filecoin.Samples.Localnet.Chain;

/// <summary>The beginning that a network's options describe: its keys, its first state and its first block.</summary>
internal sealed class Genesis : IDisposable
{
    public Genesis(LocalnetOptions options, ulong timestamp)
    {
        Producers = [.. Enumerable.Range(0, options.Producers).Select(i => SecretKey.Derive(options.Seed, Label("producer", i)))];
        Accounts = [.. Enumerable.Range(0, options.Accounts).Select(i => SecretKey.Derive(options.Seed, Label("account", i)))];
        State = GenesisState.Create(
            [.. Producers.Select(key => new GenesisAccount(key.Address, TokenAmount.FromFil(1))), .. Accounts.Select(key => new GenesisAccount(key.Address, options.AccountBalance))]);
        // Networks that differ in anything that every node must agree on have different genesis blocks.
        byte[] description = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"{options.Seed}\n{options.Producers}\n{options.NullRate:R}\n{options.VerifyEveryWindowPoSt}\n{options.Policy}"));
        byte[] ticket = new byte[32];
        Blake2b.Hash256(description, ticket);
        Block = new FullBlock(
            new BlockHeader
            {
                Miner = Address.FromId(SingletonActors.System), Ticket = new Ticket(ticket), ElectionProof = new ElectionProof(0, ticket),
                BeaconEntries = [new BeaconEntry(0, new byte[32])], ParentWeight = default, Height = 0, ParentStateRoot = State.Root,
                ParentMessageReceipts = FullBlock.ReceiptsRoot([]), Messages = FullBlock.MessagesRoot([]), Timestamp = timestamp,
                ParentBaseFee = Executions.InitialBaseFee, BLSAggregate = null, BlockSig = null,
            },
            []);
        NetworkName = $"localnet-{Block.Header.Cid.ToString()[^8..]}";
    }

    /// <summary>The keys of the accounts that make blocks; account i has the id 100 + i.</summary>
    public IReadOnlyList<SecretKey> Producers { get; }

    /// <summary>The keys of the accounts with a balance.</summary>
    public IReadOnlyList<SecretKey> Accounts { get; }

    public StateTree State { get; }

    public FullBlock Block { get; }

    public string NetworkName { get; }

    /// <summary>The block-making address of a producer.</summary>
    public static Address ProducerAddress(int index) => Address.FromId(SingletonActors.FirstAccount + (ulong)index);

    public void Dispose()
    {
        foreach (SecretKey key in Producers.Concat(Accounts))
            key.Dispose();
    }

    private static string Label(string kind, int index) => string.Create(CultureInfo.InvariantCulture, $"{kind}/{index}");
}
