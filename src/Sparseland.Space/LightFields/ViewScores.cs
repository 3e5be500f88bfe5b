using System.Numerics;
using Sparseland.Space.Views;

namespace Sparseland.Space.LightFields;

/// <summary>How near a drawn view comes to the true one, and what it cost.</summary>
/// <param name="Psnr">Peak signal-to-noise ratio in decibels.</param>
/// <param name="Ssim">Structural similarity.</param>
/// <param name="Depth">Mean error of the distance in metres; NaN where it is not known.</param>
/// <param name="QueriesPerHitRay">Queries of an opacity per ray that asked at all.</param>
public readonly record struct ViewScores(double Psnr, double Ssim, double Depth, double QueriesPerHitRay)
{
    /// <summary>Compares a drawn view with the true one.</summary>
    /// <param name="drawn">The drawn view.</param>
    /// <param name="truth">The true one.</param>
    /// <param name="background">Display values that it is laid over.</param>
    /// <param name="sceneSize">What a missing distance counts, in metres.</param>
    public static ViewScores Of(RenderedView drawn, PosedView truth, Vector3 background, float sceneSize)
    {
        ArgumentNullException.ThrowIfNull(drawn);
        ArgumentNullException.ThrowIfNull(truth);
        var display = truth.Display(background);
        return new(ViewMetrics.Psnr(drawn.Colour, display), ViewMetrics.Ssim(drawn.Colour, display),
            truth.Depth is null ? double.NaN : ViewMetrics.DepthError(drawn.Depth, truth.Depth, sceneSize), (double)drawn.Queries / Math.Max(1, drawn.HitRays));
    }

    /// <summary>The mean of each figure over views.</summary>
    public static ViewScores Mean(IReadOnlyList<ViewScores> views)
    {
        ArgumentNullException.ThrowIfNull(views);
        return new(views.Average(view => view.Psnr), views.Average(view => view.Ssim), views.Average(view => view.Depth), views.Average(view => view.QueriesPerHitRay));
    }

    /// <summary>Draws and compares views.</summary>
    /// <param name="model">What draws.</param>
    /// <param name="views">At least one view.</param>
    /// <param name="background">Display values that they are laid over.</param>
    /// <param name="sceneSize">What a missing distance counts, in metres.</param>
    /// <param name="cancellation">Stops the drawing.</param>
    public static ViewScores Measure(IViewModel model, IReadOnlyList<PosedView> views, Vector3 background, float sceneSize, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(views);
        return Mean([.. views.Select(view => Of(model.Render(view.Camera, cancellation), view, background, sceneSize))]);
    }
}
