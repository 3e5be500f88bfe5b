using System.Numerics;
using Sparseland.Progress;
using Sparseland.Space.LightFields;
using Sparseland.Space.Views;

namespace Sparseland.Reproduce.RtmvSvlf;

/// <summary>What a method reached in its time.</summary>
/// <param name="Scores">Means over the test views.</param>
/// <param name="Steps">Steps that fitted.</param>
/// <param name="TrainingSeconds">Processor seconds of the training.</param>
/// <param name="PictureSeconds">Processor seconds of a picture.</param>
internal sealed record TimedResult(ViewScores Scores, int Steps, double TrainingSeconds, double PictureSeconds);

/// <summary>
/// Trains a method for a given time and judges it. Time is that of the processor, all threads together, so that other work on the machine takes nothing from anybody. How many steps fit is found by a trial
/// of a few steps beforehand, because learning rates fall with the share of the steps that are made.
/// </summary>
internal static class TimedTraining
{
    private const double TrialShare = 0.06;
    // Pictures are drawn again and again for this long, since one may take a millisecond.
    private const double LongestPictures = 0.3;
    private const int WarmUpSteps = 8;

    /// <param name="begin">Begins the method for a number of steps.</param>
    /// <param name="seconds">Processor seconds to train for.</param>
    /// <param name="data">The scene.</param>
    /// <param name="background">What its views are laid over.</param>
    /// <param name="sceneSize">What a missing distance counts, in metres.</param>
    /// <param name="progress">Told of the steps.</param>
    /// <param name="cancellation">Ends the training.</param>
    public static TimedResult Run(Func<int, ViewTrainer> begin, double seconds, ViewDataset data, Vector3 background, float sceneSize, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var trial = begin(1_000_000);
        for (var i = 0; i < WarmUpSteps; i++)
            trial.Step();
        var (start, tried) = (Now(), 0);
        do
        {
            trial.Step();
            tried++;
        }
        while (Now() - start < TrialShare * seconds && !cancellation.IsCancellationRequested);
        var steps = (int)Math.Max(WarmUpSteps, seconds * tried / (Now() - start));
        var trainer = begin(steps);
        start = Now();
        trainer.Run(null, int.MaxValue, progress, cancellation);
        var training = Now() - start;
        var drawn = data.Test.Select(view => trainer.Model.Render(view.Camera, cancellation)).ToArray();
        var pictures = 0;
        start = Now();
        do
            trainer.Model.Render(data.Test[pictures++ % data.Test.Count].Camera, cancellation);
        while (Now() - start < LongestPictures || pictures < data.Test.Count);
        var picture = (Now() - start) / pictures;
        return new(ViewScores.Mean([.. drawn.Zip(data.Test, (view, truth) => ViewScores.Of(view, truth, background, sceneSize))]), steps, training, picture);
    }

    private static double Now() => Environment.CpuUsage.TotalTime.TotalSeconds;
}
