using Sparseland.Errors;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Language.Tests.Models;
using Sparseland.Language.Tests.Pruning;
using Sparseland.Language.Tuning;
using Sparseland.Layouts;
using Sparseland.Progress;

namespace Sparseland.Language.Tests.Tuning;

public class FineTunerTests
{
    private const string Slices = "s2ft:o=0.5,d=0.2,v=0.5,u=0.1,select=smallest-activation";

    public static TheoryData<string> Methods => [Slices, "lora:rank=3", "full"];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Interrupted_and_called_again_it_ends_in_the_same_bytes(string method)
    {
        using var fixture = new TuningFixture();
        using var model = fixture.OnDisk(ElementType.BFloat16);
        FineTuner.Tune(Request(fixture, model, method, fixture.At("straight")));
        var (interruption, stop) = (fixture.At("resumed"), new CancellationTokenSource());
        Assert.Throws<OperationCanceledException>(() => FineTuner.Tune(Request(fixture, model, method, interruption), new CancelAfter(3, stop), stop.Token));
        Assert.False(Directory.Exists(interruption));
        Assert.True(Directory.Exists(interruption + ".partial"));
        FineTuner.Tune(Request(fixture, model, method, interruption));
        Assert.Equal(PruningFixture.Bytes(fixture.At("straight")), PruningFixture.Bytes(interruption));
    }

    [Theory]
    [MemberData(nameof(Architectures.Names), MemberType = typeof(Architectures))]
    public void On_every_architecture_the_result_loads_and_is_what_was_trained(string architecture)
    {
        using var fixture = new TuningFixture(architecture);
        using var model = fixture.OnDisk();
        foreach (var method in new[] { "s2ft:o=0.5,d=0.2,v=0.5,u=0.1", "lora:rank=3,projections=all", "full" })
        {
            var output = fixture.At(method[..4].TrimEnd(':'));
            var report = FineTuner.Tune(Request(fixture, model, method, output));
            using var tuned = Checkpoint.Open(output);
            TuningFixture.AssertNear(fixture.Logits(fixture.Train(method).Network), fixture.Logits(tuned), 1e-4);
            Assert.Equal(report.ToJson(), TuningReport.Parse(File.ReadAllText(Path.Combine(output, TuningReport.FileName))).ToJson());
            TransformerModel.Load(tuned).CreateSession(8).Read([1, 2, 3]);
        }
    }

    [Fact]
    public void The_adapter_beside_the_model_turns_the_base_into_it()
    {
        using var fixture = new TuningFixture();
        using var model = fixture.OnDisk();
        FineTuner.Tune(Request(fixture, model, Slices, fixture.At("tuned")));
        FineTuner.Tune(Request(fixture, model, Slices, fixture.At("alone.safetensors")));
        Assert.Equal(File.ReadAllBytes(fixture.At("alone.safetensors")), File.ReadAllBytes(Path.Combine(fixture.At("tuned"), FineTuner.AdapterFile)));
        Assert.False(File.Exists(fixture.At("alone.safetensors.state")));
        using var tuned = Checkpoint.Open(fixture.At("tuned"));
        var adapter = Adapter.Load(fixture.At("alone.safetensors"));
        Assert.Equal(TuningFixture.Numbers(tuned), TuningFixture.Numbers(AdaptedCheckpoint.Of(model, [adapter])));
        // The tuned model knows which model it came from, and what is in it.
        Assert.Equal(ModelHash.Of(model), ModelHash.Of(tuned));
        Assert.Equal([adapter.Hash], FusedAdapters.Of(tuned).Hashes);
    }

    [Fact]
    public void What_is_not_trained_keeps_the_bits_of_a_model_in_sixteen()
    {
        using var fixture = new TuningFixture();
        using var model = fixture.OnDisk(ElementType.BFloat16);
        FineTuner.Tune(Request(fixture, model, "s2ft:d=0.1", fixture.At("tuned")));
        using var tuned = Checkpoint.Open(fixture.At("tuned"));
        var adapter = Adapter.Load(Path.Combine(fixture.At("tuned"), FineTuner.AdapterFile));
        foreach (var tensor in tuned.Tensors)
        {
            Assert.Equal(ElementType.BFloat16, tensor.Element);
            var (before, after) = (model.LoadTensor(tensor.Name).Matrix, tuned.LoadTensor(tensor.Name).Matrix);
            var columns = adapter.Parts.OfType<SlicePart>().Where(part => part.Name == tensor.Name).SelectMany(part => part.Indices).ToHashSet();
            for (var row = 0; row < before.Rows; row++)
                for (var column = 0; column < before.Columns; column++)
                    Assert.True(columns.Contains(column) || before[row, column] == after[row, column]);
        }
    }

    [Fact]
    public void It_learns_what_it_is_shown()
    {
        using var fixture = new TuningFixture();
        foreach (var method in Methods.Select(row => row.Data))
        {
            var prepared = FineTuner.Prepare(fixture.Model, TuningFixture.Settings(method), fixture.Data);
            var task = new TuningTask(prepared, fixture.Data, null, 4, 1, "test");
            var before = task.MeanLoss(fixture.Data);
            FineTuner.Train(prepared, TuningFixture.Settings(method, steps: 60) with { HeldOut = 0 }, fixture.Data);
            Assert.InRange(task.MeanLoss(fixture.Data), 0, before - 0.3);
        }
    }

    [Fact]
    public void Refusals_come_before_work_and_leave_the_output_as_it_was()
    {
        using var fixture = new TuningFixture();
        using var model = fixture.OnDisk();
        Assert.Contains("leaves no adapter", Assert.Throws<InvalidSettingException>(() => FineTuner.Tune(Request(fixture, model, "full", fixture.At("a.safetensors")))).Message, StringComparison.Ordinal);
        Assert.Contains("unknown fine-tuning method", Assert.Throws<InvalidSettingException>(() => FineTuner.Tune(Request(fixture, model, "lara", fixture.At("out")))).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(fixture.At("full"));
        File.WriteAllText(Path.Combine(fixture.At("full"), "mine.txt"), "mine");
        Assert.Throws<InvalidSettingException>(() => FineTuner.Tune(Request(fixture, model, Slices, fixture.At("full"))));
        Assert.Equal("mine", File.ReadAllText(Path.Combine(fixture.At("full"), "mine.txt")));
        Assert.False(Directory.Exists(fixture.At("full.partial")));
    }

    [Fact]
    public void A_run_with_other_settings_does_not_take_up_an_interrupted_one()
    {
        using var fixture = new TuningFixture();
        using var model = fixture.OnDisk();
        var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => FineTuner.Tune(Request(fixture, model, Slices, fixture.At("out")), new CancelAfter(2, stop), stop.Token));
        var other = Request(fixture, model, Slices, fixture.At("out"));
        Assert.Throws<MismatchException>(() => FineTuner.Tune(other with { Settings = other.Settings with { LearningRate = 1e-3 } }));
        Assert.True(Directory.Exists(fixture.At("out.partial")));
    }

    private static TuningRequest Request(TuningFixture fixture, Checkpoint model, string method, string output) =>
        new() { Checkpoint = model, Settings = TuningFixture.Settings(method), Data = fixture.Data, Output = output };

    private sealed class CancelAfter(int steps, CancellationTokenSource stop) : IProgress<ProgressReport>
    {
        public void Report(ProgressReport value)
        {
            if (value.Stage == "training" && value.Done >= steps)
                stop.Cancel();
        }
    }
}
