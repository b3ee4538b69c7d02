using System.Collections.Concurrent;
using System.Globalization;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;
using Microsoft.Extensions.Logging;
using PoStPartition = Filecoin.ChainCo.Chain.Actors.PoStPartition;

namespace Filecoin.Proving.Scheduling;

/// <summary>
/// The messages of one window. A partition's proof is sent when no message with the same proof on the present chain is on its way; what failed, or
/// landed and was reverted, is sent anew under another name.
/// </summary>
internal sealed partial class WindowSubmissions(CycleServices services, MinerHandle miner, ProvingWindow window)
{
    private const int MaxFailures = 5;

    private readonly List<AskedMessage> _asked = [];
    private readonly Dictionary<string, ChainEpoch> _landedSince = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ulong, (string Key, PoStMessageState State)> _last = new();
    private int _most = int.MaxValue;
    private int _named;

    public bool IsOnItsWay(ulong partition) => _last.TryGetValue(partition, out var last) && last.State.Status is PoStMessageStatus.Pending or PoStMessageStatus.Unknown;

    public bool HasLanded(ulong partition) => _last.TryGetValue(partition, out var last) && last.State.Status == PoStMessageStatus.Landed;

    public string? MessageOf(ulong partition) => _last.TryGetValue(partition, out var last) ? last.Key : null;

    public string? ErrorOf(ulong partition) => _last.TryGetValue(partition, out var last) && last.State.Status == PoStMessageStatus.Failed ? last.State.Detail : null;

    public async Task RestoreAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<AskedMessage> messages = await services.Store.MessagesAsync(miner.Id, window.Open, cancellationToken).ConfigureAwait(false);
        _asked.Clear();
        _asked.AddRange(messages.Where(message => message.Method == MinerMethods.SubmitWindowedPoSt));
        _named = _asked.Count == 0 ? 0 : _asked.Max(message => int.Parse(message.Key.AsSpan(message.Key.LastIndexOf('/') + 1), CultureInfo.InvariantCulture)) + 1;
    }

    /// <summary>Sends what is ready and not on its way.</summary>
    public async Task StepAsync(
        ChainPoint head, PoStConfig proof, ulong partitionSectors, ReadOnlyMemory<byte> randomness, IReadOnlyList<PartitionRun> ready,
        IReadOnlySet<ulong> recovering, bool othersAtWork, CancellationToken cancellationToken)
    {
        if (ready.Count == 0)
            return;
        ReadOnlyMemory<byte> commitment = await services.Chain.CommitRandomnessAsync(window.Challenge, head.Key, cancellationToken).ConfigureAwait(false);
        Dictionary<ulong, FinishedProof> proofs = ready.Where(run => run.Proof is not null).ToDictionary(run => run.Partition, run => run.Proof!);
        HashSet<ulong> busy = await LookAsync(head, randomness, commitment, proofs, cancellationToken).ConfigureAwait(false);
        int most = Math.Min(
            Math.Min(_most, services.Options.PartitionsPerMessage),
            (int)Math.Min((ulong)services.Options.Policy.PoStedPartitionsMax, (ulong)services.Options.Policy.AddressedSectorsMax / Math.Max(1, partitionSectors)));
        IReadOnlyList<IReadOnlyList<FinishedProof>> groups = PoStBatches.Group(
            proofs.Values.Where(finished => !busy.Contains(finished.Partition)), proof, Math.Max(1, most),
            finished => services.Options.RecoveringPartitionsAlone && recovering.Contains(finished.Partition));
        foreach (IReadOnlyList<FinishedProof> group in groups)
        {
            if (othersAtWork && group.Count < most && most > 1)
                continue;
            await SubmitAsync(head, proof, group, commitment, ready, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<HashSet<ulong>> LookAsync(
        ChainPoint head, ReadOnlyMemory<byte> randomness, ReadOnlyMemory<byte> commitment, Dictionary<ulong, FinishedProof> proofs,
        CancellationToken cancellationToken)
    {
        var busy = new HashSet<ulong>();
        var failures = new Dictionary<ulong, int>();
        foreach (AskedMessage message in _asked.ToArray())
        {
            var parameters = DagCbor.Decode<SubmitWindowedPoStParams>(message.Params.Span);

            // A message with another challenge, another past or other sectors can only fail: it counts for nothing.
            if (!message.Randomness.Span.SequenceEqual(randomness.Span) || !parameters.ChainCommitRand.Span.SequenceEqual(commitment.Span)
                || parameters.Partitions.Any(part => proofs.TryGetValue(part.Index, out FinishedProof? finished) && !finished.Skipped.Equals(part.Skipped)))
                continue;
            PoStMessageState state = await services.Messages.StatusAsync(message.Key, cancellationToken).ConfigureAwait(false);
            foreach (PoStPartition part in parameters.Partitions)
                _last[part.Index] = (message.Key, state);
            bool onItsWay = state.Status switch
            {
                PoStMessageStatus.Unknown => await ResendAsync(message, cancellationToken).ConfigureAwait(false),
                PoStMessageStatus.Pending => true,
                PoStMessageStatus.Landed => head.Height < LandedSince(message.Key, head.Height) + services.Options.ResendAfter,
                _ => false,
            };
            foreach (PoStPartition part in parameters.Partitions)
            {
                if (onItsWay)
                    busy.Add(part.Index);
                else if (state.Status == PoStMessageStatus.Failed && (failures[part.Index] = failures.GetValueOrDefault(part.Index) + 1) >= MaxFailures)
                    busy.Add(part.Index);
            }
        }

        return busy;
    }

    private ChainEpoch LandedSince(string key, ChainEpoch head)
    {
        // A head below the one that showed it landed means that it was reverted since.
        if (!_landedSince.TryGetValue(key, out ChainEpoch since) || head < since)
            _landedSince[key] = since = head;
        return since;
    }

    // It was wanted, and the sender did not hear of it: the process died in between, or the call failed.
    private async Task<bool> ResendAsync(AskedMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await services.SendAsync(miner, window, message, PoStMessageKind.WindowPoSt, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (PoStMessageException refused)
        {
            await ForgetAsync(message, refused, cancellationToken).ConfigureAwait(false);
            return false;
        }
    }

    // Nothing was sent under this name, and nothing will be: the next head makes another message.
    private async Task ForgetAsync(AskedMessage message, PoStMessageException refused, CancellationToken cancellationToken)
    {
        Refused(services.Logger, miner.Address, window.Deadline, refused.Message);
        _asked.Remove(message);
        IReadOnlyList<PoStPartition> partitions = DagCbor.Decode<SubmitWindowedPoStParams>(message.Params.Span).Partitions;
        if (refused.TooLarge)
            _most = Math.Max(1, partitions.Count - 1);
        foreach (PoStPartition partition in partitions)
            _last[partition.Index] = (message.Key, new PoStMessageState(PoStMessageStatus.Failed, null, refused.Message));
        await services.Store.ForgetAsync(message.Key, cancellationToken).ConfigureAwait(false);
    }

    private async Task SubmitAsync(
        ChainPoint head, PoStConfig proof, IReadOnlyList<FinishedProof> group, ReadOnlyMemory<byte> commitment, IReadOnlyList<PartitionRun> ready,
        CancellationToken cancellationToken)
    {
        byte[] merged = [.. group.SelectMany(finished => finished.Proof.ToArray())];
        var inputs = new PoStPublicInputs(PoStRandomness.FromChain(group[0].Randomness.Span), [.. group.SelectMany(finished => finished.Sectors)]);
        if (!await Task.Run(() => services.Verifier.Verify(proof, inputs, merged), cancellationToken).ConfigureAwait(false))
        {
            // Each proof verified when it was made. Together they go wrong only by a mistake here, alone only by a damaged table: never by sending.
            Invalid(services.Logger, miner.Address, window.Deadline, string.Join(',', group.Select(finished => finished.Partition)));
            if (group.Count > 1)
                _most = 1;
            else
                ready.First(run => run.Partition == group[0].Partition).Drop("the proof on disk does not verify");
            return;
        }

        FinishedProof[] inOrder = [.. group.OrderBy(finished => finished.Partition)];
        var parameters = new SubmitWindowedPoStParams(
            window.Deadline, [.. inOrder.Select(finished => new PoStPartition(finished.Partition, finished.Skipped))],
            [new PoStProof((long)proof.RegisteredProof!.Value, merged)], window.Challenge, commitment);
        string key = string.Create(
            CultureInfo.InvariantCulture,
            $"post/{miner.Address}/{window.Open}/{string.Join('-', inOrder.Select(finished => finished.Partition))}/{_named++}");
        var message = new AskedMessage(key, MinerMethods.SubmitWindowedPoSt, DagCbor.Encode(parameters), group[0].Randomness, head.Height);
        try
        {
            _asked.Add(message);
            await services.SendAsync(miner, window, message, PoStMessageKind.WindowPoSt, cancellationToken).ConfigureAwait(false);
            services.Metrics.Submitted.Add(1);
            Submitted(services.Logger, miner.Address, window.Deadline, string.Join(',', inOrder.Select(finished => finished.Partition)), key);
            foreach (FinishedProof finished in inOrder)
                _last[finished.Partition] = (key, new PoStMessageState(PoStMessageStatus.Pending));
        }
        catch (PoStMessageException refused)
        {
            await ForgetAsync(message, refused, cancellationToken).ConfigureAwait(false);
        }
    }

    [LoggerMessage(330, LogLevel.Information, "{Miner} deadline {Deadline}: proof of partitions {Partitions} handed to the sender as {Key}")]
    private static partial void Submitted(ILogger logger, Address miner, ulong deadline, string partitions, string key);

    [LoggerMessage(331, LogLevel.Error, "{Miner} deadline {Deadline}: the proof of partitions {Partitions} does not verify and is not sent")]
    private static partial void Invalid(ILogger logger, Address miner, ulong deadline, string partitions);

    [LoggerMessage(332, LogLevel.Error, "{Miner} deadline {Deadline}: the sender refused the proof: {Reason}")]
    private static partial void Refused(ILogger logger, Address miner, ulong deadline, string reason);
}
