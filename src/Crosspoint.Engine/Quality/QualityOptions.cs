namespace Crosspoint.Engine.Quality;

/// <summary>How quality is learned from receipts and feedback.</summary>
public sealed record QualityOptions
{
    /// <summary>After so long an observation counts half. Six hours unless set.</summary>
    public TimeSpan HalfLife { get; init; } = TimeSpan.FromHours(6);

    /// <summary>The same for feedback, of which there is less. A day unless set.</summary>
    public TimeSpan FeedbackHalfLife { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Delivery probability of a connection of which nothing is known. 0.9 unless set.</summary>
    public double Prior { get; init; } = 0.9;

    /// <summary>Messages that the prior is worth. 20 unless set.</summary>
    public double PriorWeight { get; init; } = 20;

    /// <summary>
    /// Messages that a country's connection is worth to each of its networks, a network to each of its classes, and a connection to each of
    /// its countries: a cell with fewer of its own mostly says what its parent says. 30 unless set.
    /// </summary>
    public double ParentWeight { get; init; } = 30;

    /// <summary>Messages with feedback that receipts are worth: with more of them, feedback decides. 50 unless set.</summary>
    public double FeedbackWeight { get; init; } = 50;

    /// <summary>Messages with feedback before a connection may show how many of the delivered ones are acted on. 30 unless set.</summary>
    public double ReferenceFeedback { get; init; } = 30;

    /// <summary>Messages with feedback before a connection may be called suspect. 100 unless set.</summary>
    public double SuspectFeedback { get; init; } = 100;

    /// <summary>How far feedback must be below what receipts say, as a share, before a connection is called suspect. 0.1 unless set.</summary>
    public double SuspectGap { get; init; } = 0.1;
}
