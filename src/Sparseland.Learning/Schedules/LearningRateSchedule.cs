using Sparseland.Errors;

namespace Sparseland.Learning.Schedules;

/// <summary>How the learning rate falls after the warm-up.</summary>
public enum DecayKind
{
    /// <summary>It stays.</summary>
    Constant,

    /// <summary>In a straight line.</summary>
    Linear,

    /// <summary>Along half a cosine.</summary>
    Cosine,
}

/// <summary>A learning rate for every step: a linear warm-up, then a decay to a fraction of the peak at the last step.</summary>
/// <param name="Peak">The highest rate.</param>
/// <param name="Steps">All steps, the warm-up's included.</param>
/// <param name="WarmUpSteps">Steps in which the rate rises; step 0 already has Peak / WarmUpSteps.</param>
/// <param name="Decay">How it falls.</param>
/// <param name="FinalFraction">The rate at the end as a fraction of the peak, 0 to 1.</param>
public sealed record LearningRateSchedule(double Peak, long Steps, long WarmUpSteps, DecayKind Decay = DecayKind.Cosine, double FinalFraction = 0)
{
    /// <summary>The rate of a step, counted from 0.</summary>
    public double At(long step)
    {
        if (step < WarmUpSteps)
            return Peak * (step + 1) / WarmUpSteps;
        var progress = Steps <= WarmUpSteps ? 1 : Math.Min(1, (double)(step - WarmUpSteps) / (Steps - WarmUpSteps));
        var share = Decay switch
        {
            DecayKind.Constant => 1,
            DecayKind.Linear => 1 - progress,
            _ => 0.5 * (1 + Math.Cos(Math.PI * progress)),
        };
        return Peak * (Decay == DecayKind.Constant ? 1 : FinalFraction + (1 - FinalFraction) * share);
    }

    /// <summary>Refuses figures that make no schedule.</summary>
    /// <exception cref="InvalidSettingException">A rate, a number of steps or the fraction is out of range.</exception>
    public void Validate()
    {
        if (!(Peak > 0) || !double.IsFinite(Peak))
            throw new InvalidSettingException($"learning rate {Peak}: it must be above 0");
        if (Steps < 1 || WarmUpSteps < 0 || WarmUpSteps > Steps)
            throw new InvalidSettingException($"{Steps} steps with {WarmUpSteps} of warm-up: there must be at least 1 step and no more warm-up than steps");
        if (FinalFraction is < 0 or > 1)
            throw new InvalidSettingException($"final fraction {FinalFraction}: it must lie between 0 and 1");
    }
}
