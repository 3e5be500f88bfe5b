namespace Sparseland.Language.Stories;

/// <summary>
/// The best that any model can do on a set of whole stories: the sum of the surprisals of their choices. It is the −ln probability of the
/// texts under the distribution that wrote them, so that no model has a smaller expected loss on whole stories (Gibbs' inequality), the
/// end of each story included.
/// </summary>
/// <param name="Stories">How many stories.</param>
/// <param name="Choices">Choices in all of them.</param>
/// <param name="Nats">Total surprisal in nats.</param>
/// <param name="Bytes">Bytes of text.</param>
/// <param name="StandardError">Standard error of <see cref="NatsPerStory"/> as an estimate of the source's entropy per story.</param>
public sealed record StoryBound(int Stories, long Choices, double Nats, long Bytes, double StandardError)
{
    /// <summary>Mean surprisal of a whole story in nats.</summary>
    public double NatsPerStory => Nats / Stories;

    /// <summary>Surprisal per byte of text in nats.</summary>
    public double NatsPerByte => Nats / Bytes;

    /// <summary>The least loss per token, in nats, of a model that reads these stories as so many tokens.</summary>
    /// <param name="tokens">Predicted tokens of all stories, an end token per story included.</param>
    public double NatsPerToken(long tokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tokens);
        return Nats / tokens;
    }

    /// <summary>The least perplexity per token: the exponential of <see cref="NatsPerToken"/>.</summary>
    /// <param name="tokens">Predicted tokens of all stories, an end token per story included.</param>
    public double Perplexity(long tokens) => Math.Exp(NatsPerToken(tokens));

    /// <summary>Adds up a set of stories.</summary>
    /// <param name="stories">At least one.</param>
    public static StoryBound Of(IEnumerable<Story> stories)
    {
        ArgumentNullException.ThrowIfNull(stories);
        var count = 0;
        long choices = 0, bytes = 0;
        double nats = 0, squares = 0;
        foreach (var story in stories)
        {
            count++;
            choices += story.Choices;
            bytes += story.Text.Length;
            nats += story.Surprisal;
            squares += story.Surprisal * story.Surprisal;
        }
        ArgumentOutOfRangeException.ThrowIfZero(count);
        var variance = count > 1 ? Math.Max(0, squares - nats * nats / count) / (count - 1) : 0;
        return new StoryBound(count, choices, nats, bytes, Math.Sqrt(variance / count));
    }
}
