using Filecoin.Proving.Pieces;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Trees;
using Filecoin.Sealing.Tasks;

namespace Filecoin.Sealing.Tests.Tasks;

public sealed class SectorSealerTests : IDisposable
{
    private readonly SealScene scene = new();
    private readonly SectorSealer sealer = new(SealScene.Context);

    public void Dispose() => scene.Dispose();

    [Fact]
    public void Interrupted_anywhere_nothing_is_half_done_and_the_next_run_finishes()
    {
        var interruptions = 0;
        for (var step = 1; ; step++)
        {
            var job = scene.Job($"interrupted-{step}");
            using var cancellation = new CancellationTokenSource();
            try
            {
                Assert.Equal(scene.Output, sealer.Seal(job, new CancelAt(step, cancellation), cancellation.Token));
                break;
            }
            catch (OperationCanceledException)
            {
                interruptions++;
                scene.AssertNothingHalfDone(job);
            }

            Assert.Equal(scene.Output, sealer.Seal(job));
            scene.AssertSealed(job);
        }

        // TreeD, two layers, eight trees of columns and eight of the replica.
        Assert.InRange(interruptions, 19, 40);
    }

    [Fact]
    public void Interrupted_again_and_again_it_finishes_in_the_end()
    {
        var job = scene.Job("again");
        for (var attempts = 1; ; attempts++)
        {
            Assert.InRange(attempts, 1, 40);
            using var cancellation = new CancellationTokenSource();
            try
            {
                // Two windows an attempt: what one attempt finishes, the next one finds.
                Assert.Equal(scene.Output, sealer.Seal(job, new CancelAt(attempts < 12 ? 2 : 20, cancellation), cancellation.Token));
                break;
            }
            catch (OperationCanceledException)
            {
                scene.AssertNothingHalfDone(job);
            }
        }

        scene.AssertSealed(job);
    }

    [Fact]
    public void Files_that_are_lost_or_cut_are_made_again()
    {
        foreach (var name in scene.Names.Append("sealed").Where(name => name != SealRecord.FileName))
        {
            foreach (var cut in (bool[])[false, true])
            {
                if (cut && name == CacheFiles.TemporaryAux) continue;
                var job = scene.Job($"lost-{name}-{cut}");
                sealer.Seal(job);
                var path = name == "sealed" ? job.Paths.Sealed : Path.Combine(job.Paths.Cache, name);
                if (cut) using (var file = File.OpenWrite(path)) file.SetLength(file.Length / 2);
                else File.Delete(path);
                Assert.Equal(scene.Output, sealer.Seal(job));
                scene.AssertSealed(job);
            }
        }
    }

    [Fact]
    public void Paths_of_a_provider_s_storage_are_under_their_kind_and_name()
    {
        var paths = SectorPaths.Under("/storage", new SectorId(1000, new SectorNumber(7)));
        Assert.Equal(new SectorPaths("/storage/unsealed/s-t01000-7", "/storage/sealed/s-t01000-7", "/storage/cache/s-t01000-7"), paths);
        Assert.Null(SectorPaths.Under("/storage", new SectorId(1000, new SectorNumber(7)), hasData: false).Unsealed);
    }

    [Fact]
    public void A_leftover_of_a_killed_process_is_written_over()
    {
        var job = scene.Job("killed");
        Directory.CreateDirectory(job.Paths.Cache);
        foreach (var path in scene.Names.Select(name => Path.Combine(job.Paths.Cache, name)).Append(job.Paths.Sealed))
            File.WriteAllBytes(path + PendingFile.TemporarySuffix, new byte[77]);
        Assert.Equal(scene.Output, sealer.Seal(job));
        SectorSealer.Complete(job);
        Assert.Empty(Directory.GetFiles(job.Paths.Cache, "*" + PendingFile.TemporarySuffix));
    }

    [Fact]
    public void A_sealed_sector_gives_its_output_at_once_also_when_finalized()
    {
        var job = scene.Job("done");
        sealer.Seal(job);
        Assert.Equal(scene.Output, sealer.Seal(job, new NoProgress()));
        SectorSealer.Complete(job);
        Assert.Equal(scene.Output, sealer.Seal(job, new NoProgress()));
        SectorSealer.Complete(job);
        string[] kept = ["p_aux", .. Enumerable.Range(0, 8).Select(i => $"sc-02-data-tree-r-last-{i}.dat"), "seal.json", "t_aux"];
        Assert.Equal(kept, Directory.GetFiles(job.Paths.Cache).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        using (new FlippedByte(job.Paths.Sealed, 5)) Assert.Equal(scene.Output, sealer.Seal(job));
        File.Delete(job.Paths.Sealed);
        Assert.Equal(SectorFileFault.Missing, Assert.Throws<SectorFileException>(() => sealer.Seal(job)).Fault);
    }

    [Fact]
    public void Another_ticket_sector_or_miner_is_told_apart_by_the_record()
    {
        var job = scene.Job("whose");
        sealer.Seal(job);
        foreach (var (other, expected) in ((SealJob, string)[])
        [
            (job with { Ticket = Ticket.FromBytes(new byte[32]) }, "ticket 0000"), (job with { Sector = new SectorNumber(2) }, "sector 2"),
            (job with { Prover = ProverId.FromActorId(1001) }, "prover id e907"),
            (job with { Config = PoRepConfig.For(RegisteredSealProof.StackedDrg16KiBV1) }, "API version 1.0.0"),
        ])
        {
            var error = Assert.Throws<SectorFileException>(() => sealer.Seal(other));
            Assert.Equal((SectorFileFault.OtherSector, Path.Combine(job.Paths.Cache, SealRecord.FileName)), (error.Fault, error.Path));
            Assert.StartsWith(expected, error.Expected, StringComparison.Ordinal);
        }

        scene.AssertSealed(job);
    }

    [Fact]
    public void A_sector_that_another_program_sealed_is_not_touched()
    {
        var job = scene.Job("foreign");
        sealer.Seal(job);
        File.Delete(Path.Combine(job.Paths.Cache, SealRecord.FileName));
        var before = File.GetLastWriteTimeUtc(job.Paths.Sealed);
        var error = Assert.Throws<SectorFileException>(() => sealer.Seal(job));
        Assert.Equal((SectorFileFault.OtherSector, Path.Combine(job.Paths.Cache, "p_aux")), (error.Fault, error.Path));
        Assert.Equal(before, File.GetLastWriteTimeUtc(job.Paths.Sealed));
    }

    [Fact]
    public void Layers_of_a_phase_1_without_record_are_checked_and_kept()
    {
        var job = scene.Job("adopted");
        Directory.CreateDirectory(job.Paths.Cache);
        foreach (var name in scene.Names.Where(name => name.Contains("layer", StringComparison.Ordinal) || name.Contains("tree-d", StringComparison.Ordinal)))
            File.Copy(Path.Combine(scene.Reference.Paths.Cache, name), Path.Combine(job.Paths.Cache, name));
        var phases = new HashSet<SealPhase>();
        Assert.Equal(scene.Output, sealer.Seal(job, new Phases(phases)));
        Assert.Equal([SealPhase.TreeC, SealPhase.Replica], phases.Order());

        var other = scene.Job("not-adopted") with { Ticket = Ticket.FromBytes(new byte[32]) };
        Directory.CreateDirectory(other.Paths.Cache);
        File.Copy(CacheFiles.Layer(scene.Reference.Paths.Cache, 1), CacheFiles.Layer(other.Paths.Cache, 1));
        var error = Assert.Throws<SectorFileException>(() => sealer.Seal(other));
        Assert.Equal((CacheFiles.Layer(other.Paths.Cache, 1), 0L), (error.Path, error.Offset));
    }

    [Fact]
    public void Data_that_the_pieces_deny_is_refused_before_any_label()
    {
        var job = scene.Job("denied");
        using (new FlippedByte(job.Paths.Unsealed!, 1000))
        {
            var error = Assert.Throws<SectorFileException>(() => sealer.Seal(job));
            Assert.Equal((SectorFileFault.Content, job.Paths.Unsealed), (error.Fault, error.Path));
            Assert.Contains(scene.CommP.ToString(), error.Expected, StringComparison.Ordinal);
        }

        Assert.Equal([SealRecord.FileName], Directory.GetFiles(job.Paths.Cache).Select(Path.GetFileName));
        Assert.Equal(scene.Output, sealer.Seal(job));
        var tooMany = job with { Pieces = [.. job.Pieces, .. job.Pieces] };
        Assert.Throws<PieceException>(() => sealer.Seal(tooMany));
    }

    [Fact]
    public void A_changed_layer_or_record_is_told()
    {
        var job = scene.Job("changed");
        sealer.Seal(job);
        File.Delete(job.Paths.Sealed);
        File.Delete(Path.Combine(job.Paths.Cache, "p_aux"));
        using (new FlippedByte(CacheFiles.Layer(job.Paths.Cache, 2), 32 * 511 + 3))
        {
            var error = Assert.Throws<SectorFileException>(() => sealer.Seal(job));
            Assert.Equal((CacheFiles.Layer(job.Paths.Cache, 2), 32 * 511L), (error.Path, error.Offset));
        }

        Assert.Equal(scene.Output, sealer.Seal(job));
        foreach (var text in (string[])["", "{}", "[1]", "null", "{\"version\":2}"])
        {
            File.WriteAllText(Path.Combine(job.Paths.Cache, SealRecord.FileName), text);
            Assert.Equal(SectorFileFault.Content, Assert.Throws<SectorFileException>(() => sealer.Seal(job)).Fault);
        }
    }

    [Fact]
    public void Finalizing_refuses_while_anything_that_stays_is_not_whole()
    {
        foreach (var name in (string[])["sealed", "p_aux", "sc-02-data-tree-r-last-3.dat"])
        {
            var job = scene.Job($"finalize-{name}");
            sealer.Seal(job);
            var path = name == "sealed" ? job.Paths.Sealed : Path.Combine(job.Paths.Cache, name);
            if (name != "sealed")
            {
                using (new FlippedByte(path, 2)) Assert.Throws<SectorFileException>(() => SectorSealer.Complete(job));
            }

            using (var file = File.OpenWrite(path)) file.SetLength(file.Length - 1);
            Assert.Equal(path, Assert.Throws<SectorFileException>(() => SectorSealer.Complete(job)).Path);
            Assert.True(File.Exists(CacheFiles.Layer(job.Paths.Cache, 1)));
        }
    }

    [Fact]
    public void A_sector_that_is_worked_on_is_busy()
    {
        var job = scene.Job("busy");
        Exception? second = null;
        var progress = new Reports(_ => second ??= Record.Exception(() => new SectorSealer(SealScene.Context).Seal(job)));
        Assert.Equal(scene.Output, sealer.Seal(job, progress));
        Assert.True(Assert.IsType<SectorBusyException>(second).IsTransient);
        Assert.Equal(scene.Output, sealer.Seal(job));
    }

    [Fact]
    public void Three_sectors_together_are_each_as_alone()
    {
        SealJob[] jobs = [.. Enumerable.Range(1, 3).Select(i => scene.Job($"batch-{i}") with { Sector = new SectorNumber((ulong)i) })];
        var outputs = sealer.Seal(jobs);
        Assert.Equal(scene.Output, outputs[0]);
        scene.AssertSealed(jobs[0]);
        foreach (var (job, output) in jobs.Zip(outputs).Skip(1))
        {
            var alone = job with { Paths = job.Paths with { Cache = job.Paths.Cache + "-alone", Sealed = job.Paths.Sealed + "-alone" } };
            Assert.Equal(output, sealer.Seal(alone));
            Assert.Equal(File.ReadAllBytes(alone.Paths.Sealed), File.ReadAllBytes(job.Paths.Sealed));
        }

        Assert.Equal(3, outputs.Distinct().Count());
    }

    [SmallDiskFact]
    public void A_full_disk_at_any_point_leaves_nothing_half_done_and_a_rerun_with_room_finishes()
    {
        var full = 0;
        for (var size = 16 << 10; ; size += 16 << 10)
        {
            using var disk = SmallDisk.Mount(size);
            var job = scene.Job("full", disk.Path);
            try
            {
                Assert.Equal(scene.Output, sealer.Seal(job));
                scene.AssertSealed(job);
                break;
            }
            catch (DiskFullException error)
            {
                full++;
                Assert.StartsWith(disk.Path, error.Path, StringComparison.Ordinal);
                scene.AssertNothingHalfDone(job);
            }
        }

        Assert.InRange(full, 3, 30);
    }

    private sealed class CancelAt(int step, CancellationTokenSource source) : IProgress<SealProgress>
    {
        private int seen;

        public void Report(SealProgress value)
        {
            if (Interlocked.Increment(ref seen) == step) source.Cancel();
        }
    }

    private sealed class NoProgress : IProgress<SealProgress>
    {
        public void Report(SealProgress value) => Assert.Fail($"Expected no work, found {value}.");
    }

    private sealed class Phases(HashSet<SealPhase> phases) : IProgress<SealProgress>
    {
        public void Report(SealProgress value)
        {
            lock (phases) phases.Add(value.Phase);
        }
    }

    private sealed class Reports(Action<SealProgress> report) : IProgress<SealProgress>
    {
        public void Report(SealProgress value) => report(value);
    }
}
