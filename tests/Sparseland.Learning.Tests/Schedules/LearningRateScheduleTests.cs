using Sparseland.Errors;
using Sparseland.Learning.Schedules;

namespace Sparseland.Learning.Tests.Schedules;

public class LearningRateScheduleTests
{
    [Fact]
    public void The_rate_rises_to_the_peak_and_falls_to_the_final_fraction()
    {
        var schedule = new LearningRateSchedule(2, 110, 10, DecayKind.Cosine, 0.1);
        Assert.Equal(0.2, schedule.At(0), 12);
        Assert.Equal(2, schedule.At(9), 12);
        Assert.Equal(2, schedule.At(10), 12);
        Assert.Equal(0.2 + 1.8 * 0.5, schedule.At(60), 12);
        Assert.Equal(0.2, schedule.At(110), 12);
        Assert.Equal(0.2, schedule.At(1000), 12);
    }

    [Fact]
    public void Linear_and_constant_decay_are_what_they_say()
    {
        Assert.Equal(0.75, new LearningRateSchedule(1, 100, 0, DecayKind.Linear).At(25), 12);
        Assert.Equal(1, new LearningRateSchedule(1, 100, 0, DecayKind.Constant).At(99), 12);
    }

    [Theory]
    [InlineData(0, 10, 1, 0)]
    [InlineData(1, 0, 0, 0)]
    [InlineData(1, 10, 11, 0)]
    [InlineData(1, 10, 1, 1.5)]
    public void Impossible_figures_are_refused(double peak, long steps, long warmUp, double final) =>
        Assert.Throws<InvalidSettingException>(() => new LearningRateSchedule(peak, steps, warmUp, FinalFraction: final).Validate());
}
