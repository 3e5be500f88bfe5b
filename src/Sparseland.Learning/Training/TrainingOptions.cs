using Sparseland.Errors;
using Sparseland.Learning.Schedules;

namespace Sparseland.Learning.Training;

/// <summary>How a training loop runs.</summary>
/// <param name="Schedule">Learning rate and number of steps.</param>
/// <param name="MicroBatches">Losses averaged per step.</param>
/// <param name="ClipNorm">Longest gradient.</param>
/// <param name="ValidateEvery">Steps between validations; the last step is always validated.</param>
/// <param name="CheckpointEvery">Steps between checkpoints; the last step and a cancelled one always write one.</param>
public sealed record TrainingOptions(LearningRateSchedule Schedule, int MicroBatches = 1, double ClipNorm = 1, long ValidateEvery = 500, long CheckpointEvery = 200)
{
    /// <summary>Steps of the run: the schedule's, or fewer.</summary>
    public long Steps { get; init; } = Schedule.Steps;

    /// <summary>Refuses figures that make no run.</summary>
    /// <exception cref="InvalidSettingException">A figure is out of range.</exception>
    public void Validate()
    {
        Schedule.Validate();
        if (Steps < 1 || Steps > Schedule.Steps)
            throw new InvalidSettingException($"{Steps} steps of a schedule of {Schedule.Steps}: there must be at least 1 and no more than it has");
        if (MicroBatches < 1 || ValidateEvery < 1 || CheckpointEvery < 1)
            throw new InvalidSettingException($"micro-batches {MicroBatches}, validation every {ValidateEvery}, checkpoint every {CheckpointEvery}: each must be at least 1");
        if (!(ClipNorm > 0))
            throw new InvalidSettingException($"clip norm {ClipNorm}: it must be above 0 (infinity for none)");
    }
}

/// <summary>A point of the training curve.</summary>
/// <param name="Step">Steps made.</param>
/// <param name="Loss">Mean training loss since the previous point.</param>
/// <param name="Figures">Validation figures by name; empty between validations.</param>
public sealed record CurvePoint(long Step, double Loss, IReadOnlyDictionary<string, double> Figures);

/// <summary>What a run ended with.</summary>
/// <param name="Steps">Steps made in all, earlier runs included.</param>
/// <param name="Curve">The curve from step 0.</param>
public sealed record TrainingResult(long Steps, IReadOnlyList<CurvePoint> Curve);
