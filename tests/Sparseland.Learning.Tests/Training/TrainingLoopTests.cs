using Sparseland.Errors;
using Sparseland.Learning.Optimisers;
using Sparseland.Learning.Schedules;
using Sparseland.Learning.Training;

namespace Sparseland.Learning.Tests.Training;

public sealed class TrainingLoopTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sparseland-training").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_parameters_reach_the_minimum()
    {
        var task = new QuadraticTask(37, seed: 1);
        var result = Loop(task, steps: 300).Run();
        Assert.All(task.Weights.Value.Span.ToArray(), value => Assert.InRange(value, 0.9f, 1.1f));
        Assert.Equal(300, result.Steps);
        Assert.Equal([100L, 200, 300], result.Curve.Select(point => point.Step));
        Assert.True(result.Curve[2].Loss < result.Curve[0].Loss);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(33)]
    [InlineData(40)]
    [InlineData(99)]
    public void A_run_that_was_cancelled_or_killed_ends_in_the_same_bytes(int stopAt)
    {
        var whole = Path.Combine(_folder, "whole");
        Loop(new QuadraticTask(21, 5), 120).Run(whole);

        var cancelled = Path.Combine(_folder, "cancelled");
        using var source = new CancellationTokenSource();
        var task = new QuadraticTask(21, 5, step => { if (step == stopAt) source.Cancel(); });
        Assert.Throws<OperationCanceledException>(() => Loop(task, 120).Run(cancelled, cancellationToken: source.Token));
        Loop(new QuadraticTask(21, 5), 120).Run(cancelled);
        Assert.Equal(File.ReadAllBytes(whole), File.ReadAllBytes(cancelled));

        var killed = Path.Combine(_folder, "killed");
        var dying = new QuadraticTask(21, 5, step => { if (step == stopAt) throw new InvalidOperationException("killed"); });
        Assert.Throws<InvalidOperationException>(() => Loop(dying, 120).Run(killed));
        Loop(new QuadraticTask(21, 5), 120).Run(killed);
        Assert.Equal(File.ReadAllBytes(whole), File.ReadAllBytes(killed));
    }

    [Fact]
    public void A_checkpoint_of_another_task_is_refused()
    {
        var path = Path.Combine(_folder, "checkpoint");
        Loop(new QuadraticTask(8, 1), 10).Run(path);
        var fault = Assert.Throws<MismatchException>(() => Loop(new QuadraticTask(8, 2), 10).Run(path));
        Assert.Contains(path, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_checkpoint_is_named()
    {
        var path = Path.Combine(_folder, "checkpoint");
        Loop(new QuadraticTask(8, 1), 10).Run(path);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^5]);
        Assert.Contains(path, Assert.Throws<InvalidFileException>(() => Loop(new QuadraticTask(8, 1), 10).Run(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Masked_entries_and_their_state_stay_zero()
    {
        var task = new QuadraticTask(70, 3);
        var mask = new Sparseland.Masks.Mask(2, 70);
        for (var i = 0; i < 70; i += 3)
            mask[i % 2, i] = true;
        task.Weights.Mask = mask;
        var optimiser = new AdamW<float>(task.Parameters);
        new TrainingLoop<float>(task, optimiser, Options(50)).Run();
        foreach (var tensor in optimiser.State.Where(state => state.Name.EndsWith("weights", StringComparison.Ordinal)).Select(state => state.Value).Append(task.Weights.Value))
            for (var row = 0; row < 2; row++)
                for (var column = 0; column < 70; column++)
                    Assert.Equal(mask[row, column], tensor.Matrix[row, column] != 0);
    }

    private static TrainingLoop<float> Loop(QuadraticTask task, long steps) => new(task, new AdamW<float>(task.Parameters), Options(steps));

    private static TrainingOptions Options(long steps) =>
        new(new LearningRateSchedule(0.05, steps, 10), MicroBatches: 2, ValidateEvery: 100, CheckpointEvery: 40);
}
